# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say which migration it is."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  target:
    description:
      - The network type that the migration leads to.
    type: str
    choices: [OVNKubernetes, OpenShiftSDN]
    default: OVNKubernetes
"""

    FEATURES = r"""
options:
  features:
    description:
      - Which features of the former plugin the operator converts. Leave it out to convert all of them.
      - Needs OpenShift 4.12. Up to 4.15 the conversion starts when the migration is prepared, so it cannot be chosen
        later.
    type: dict
    suboptions:
      egress_ip:
        description: Convert egress IPs.
        type: bool
        default: true
      egress_firewall:
        description: Convert EgressNetworkPolicies to EgressFirewalls, or back.
        type: bool
        default: true
      multicast:
        description: Convert the multicast setting of namespaces.
        type: bool
        default: true
"""

    SETTINGS = r"""
options:
  ovn:
    description:
      - Settings of OVN-Kubernetes, when it is the target. What is left out is left to the operator.
      - The operator validates them only after the switch, so they are checked here, against each other and against the
        cluster.
    type: dict
    suboptions:
      mtu:
        description:
          - MTU of the overlay, 100 bytes below the smallest MTU of the nodes.
            Required in practice when the MTU of the hosts is not the same everywhere, or not the default.
          - From 576 to 65536.
        type: int
      geneve_port:
        description:
          - UDP port of the overlay; not the VXLAN port of OpenShiftSDN. The operator's default is 6081.
          - From 1 to 65535.
        type: int
      join_subnet:
        description:
          - IPv4 network that OVN-Kubernetes takes for itself instead of 100.64.0.0/16.
            Written to C(ipv4.internalJoinSubnet) where the cluster has that field, and to C(v4InternalSubnet) else.
        type: str
      transit_switch_subnet:
        description: IPv4 network instead of 100.88.0.0/16, on 4.14 since September 2024, on 4.15 since July 2024.
        type: str
      masquerade_subnet:
        description: IPv4 network instead of 169.254.169.0/29, on 4.14 since September 2024.
        type: str
      routing_via_host:
        description: Send egress traffic through the host's routing table.
        type: bool
      ip_forwarding:
        description: Whether nodes forward traffic that is not the cluster's, from 4.14.
        type: str
        choices: [Restricted, Global]
  sdn:
    description:
      - Settings of OpenShiftSDN, when it is the target. What is left out is left to the operator.
    type: dict
    suboptions:
      mtu:
        description: MTU of the overlay, 50 bytes below the smallest MTU of the nodes. From 576 to 65536.
        type: int
      vxlan_port:
        description:
          - UDP port of the overlay; not the Geneve port of OVN-Kubernetes. The operator's default is 4789.
          - From 1 to 65535.
        type: int
      mode:
        description: Isolation mode.
        type: str
        choices: [NetworkPolicy, Multitenant, Subnet]
  cluster_network:
    description:
      - The pod networks from the switch on, in place of the present ones. Leave it out to keep them.
        The service network cannot be changed.
    type: list
    elements: dict
    suboptions:
      cidr:
        description: Network in CIDR notation.
        type: str
        required: true
      host_prefix:
        description: Prefix length of the part that each node gets. From 1 to 126.
        type: int
        required: true
"""
