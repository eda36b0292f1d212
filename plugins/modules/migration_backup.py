#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_backup
short_description: Save what a migration of the cluster network starts from
description:
  - Saves both Network objects, the ConfigMap C(applied-cluster), MachineConfigPools, NodeNetworkConfigurationPolicies,
    the objects of both network plugins (EgressNetworkPolicy, HostSubnet, NetNamespace, EgressIP, EgressFirewall,
    EgressQoS, EgressService, AdminPolicyBasedExternalRoute, AdminNetworkPolicy, BaselineAdminNetworkPolicy,
    CloudPrivateIPConfig), the namespaces' annotation for multicast, the timeouts of webhook configurations,
    MachineHealthChecks, and the names of the pods in error.
  - It goes into ConfigMaps of namespace C(ovn-migration), whose names start with C(backup-). They are immutable, in
    pieces and compressed when large. The last one written is the index with the SHA-256 checksums; without it a backup
    does not exist. Everything is read back and compared before the module returns.
  - A kind that the cluster does not know is recorded as absent. Anything else that cannot be read fails the backup.
  - A backup is never overwritten. While the migration has not begun, another one is made when the configuration has
    changed since the last; from then on the one from before is kept, and verified each time. It has begun, too, when
    M(ocp_day2.ovn_migration.migration_borrow) and its like have borrowed something since the last backup.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.migration
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: full
options:
  target:
    description:
      - The network type that the migration leads to. Backups for the way there and for the way back are kept apart.
  state:
    description:
      - V(present) makes sure that there is a backup from before the migration. On a cluster that has completed it,
        nothing is made or written.
      - V(compared) only reads, and tells what is configured differently from a backup. An explanation is given for
        what OpenShift's own operators change in a migration there and back.
      - V(restored) puts back what a migration that was undone has lost. The operator converts egress settings while the
        nodes are prepared, up to 4.15 and in early builds of 4.16, and does not convert them back. Put back are fields
        of HostSubnets and NetNamespaces that have no value now, and EgressNetworkPolicies that are gone. A field that
        has another value now is left to whoever has set it. What else is missing is named in RV(lost).
      - V(recovered) puts the backup from before a migration to O(target) back into the cluster from its files in
        O(directory), when the cluster has lost it with its namespace. It has to be of this cluster, and what it was
        when it was made. V(present) does so, too, while a migration is under way.
      - Without it the module only tells which backups there are, and what the newest that was made before a migration
        to O(target) began holds of the network.
    type: str
    choices: [present, compared, restored, recovered]
  extra_kinds:
    description:
      - More kinds to save, of which every object is saved. A kind that the cluster does not serve is recorded as
        absent, with a warning. Secrets are refused.
      - They are found by discovery.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description:
          - The kind, as manifests write it.
        type: str
        required: true
      api_version:
        description:
          - Its C(apiVersion).
        type: str
        required: true
  backup:
    description:
      - With O(state=compared) and O(state=restored), the id of the backup to compare with. By default the newest one
        that was made before a migration to O(target) began.
    type: str
  directory:
    description:
      - Where the backup is to be put as files, too, on the machine that the module runs on. They go into a directory
        of their own, named after the backup; one that is there already is left alone.
      - The files are manifests for C(kubectl apply), C(SHA256SUMS) for C(sha256sum -c), and a C(README.md) on their
        use. Only their owner can read them. C(configmaps.json) holds what is in the cluster, too.
      - Without O(state) and with O(state=recovered), where the files of a backup are looked for that the cluster has
        lost. Nothing is written there.
    type: path
  accept_losses:
    description:
      - Let go what an undone migration has lost and what cannot be put back. Without it O(state=present) refuses to
        take such a cluster for the original, and O(state=restored) tells of it again in RV(open_losses).
    type: bool
    default: false
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.cno_migration
  - module: ocp_day2.ovn_migration.pod_health
"""

EXAMPLES = r"""
- name: Save what the migration starts from, in the cluster and as files
  ocp_day2.ovn_migration.migration_backup:
    state: present
    directory: /var/backups/{{ inventory_hostname }}

- name: Which pod networks did the cluster have before it was migrated
  ocp_day2.ovn_migration.migration_backup:
  register: before

- name: Say it
  ansible.builtin.debug:
    var: before.network.cluster_network
"""

RETURN = r"""
restored:
  description: The objects that were put back, or would be in check mode.
  returned: success, with O(state=restored)
  type: list
  elements: str
  sample: [HostSubnet.network.openshift.io worker-0]
lost:
  description: What was configured, is not now, and could not be put back, field by field.
  returned: success, with O(state=restored); on failure, when O(state=present) refuses the cluster for it
  type: list
  elements: dict
  contains:
    object:
      description: Kind and name of the object.
      type: str
    path:
      description: The field; empty when the whole object is gone.
      type: str
    backup:
      description: Its value in the backup.
      type: raw
    now:
      description: Always null.
      type: raw
    explanation:
      description: Always null, since what an operator takes away for a reason of its own is not lost.
      type: str
    reason:
      description: Why it was not put back.
      type: str
open_losses:
  description:
    - How many entries of RV(lost) somebody has to see to. What belonged to a node or namespace that is gone does not
      count, and nothing does with O(accept_losses).
  returned: success, with O(state=restored)
  type: int
unsettled:
  description:
    - Whether the migration that the backup was made for has begun, and was not seen to be either complete or undone
      without a loss.
  returned: success, without O(state) and with O(state=recovered)
  type: bool
in_files_only:
  description: Whether the cluster has lost the backup, so that it was read from the files in O(directory).
  returned: success, without O(state) and with O(state=recovered)
  type: bool
differences:
  description: What is configured differently from the backup, field by field.
  returned: success, with O(state=compared) and O(state=restored)
  type: list
  elements: dict
  contains:
    object:
      description: Kind and name of the object.
      type: str
    path:
      description: The field; empty when the whole object is there on one side only.
      type: str
    backup:
      description: Its value in the backup, null when it has none there.
      type: raw
    now:
      description: Its value in the cluster, null when it has none there.
      type: raw
    explanation:
      description: Which of OpenShift's operators changes that and why, with its source; null when none of them does.
      type: str
  sample:
    - object: Network.operator.openshift.io cluster
      path: spec.deployKubeProxy
      backup: null
      now: false
      explanation: the operator has filled in its default (cluster-network-operator 4.14, pkg/network/render.go)
unexplained:
  description: How many differences have no explanation.
  returned: success, with O(state=compared) and O(state=restored)
  type: int
summary:
  description: The comparison in one sentence.
  returned: success, with O(state=compared) and O(state=restored)
  type: str
backup:
  description:
    - The backup to rely on. Null when there is none, without O(state) also when there is only a late one.
    - In check mode the one that would be made.
  returned: success
  type: dict
  contains:
    id:
      description: Its name, from the target and the API server's time.
      type: str
    target:
      description: The network type that the migration leads to.
      type: str
    source_type:
      description: The network type that it starts from.
      type: str
    taken_at:
      description: When it was made.
      type: str
    late:
      description: Whether the migration had begun when it was made.
      type: bool
    objects:
      description: How many objects it holds.
      type: int
    kinds:
      description: How many of each kind.
      type: dict
    absent:
      description: What the cluster did not know when it was made.
      type: list
      elements: str
    config_maps:
      description: The ConfigMaps that it consists of, the index first.
      type: list
      elements: str
    checksum:
      description: SHA-256 over the configuration; equal as long as the configuration is.
      type: str
  sample:
    id: ovnkubernetes-20260101000000
    target: OVNKubernetes
    source_type: OpenShiftSDN
    taken_at: "2026-01-01T00:00:00Z"
    late: false
    objects: 61
    kinds: {Network.config.openshift.io: 1, Network.operator.openshift.io: 1}
    absent: [egressips.k8s.ovn.org]
    config_maps: [backup-ovnkubernetes-20260101000000, backup-ovnkubernetes-20260101000000-000]
    checksum: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
network:
  description: What a rollback needs of the network that was saved; null when there is no backup.
  returned: success
  type: dict
  contains:
    network_type:
      description: C(spec.networkType).
      type: str
    cluster_network:
      description: The pod networks.
      type: list
      elements: dict
      contains:
        cidr:
          description: Network in CIDR notation.
          type: str
        host_prefix:
          description: Prefix length of the part that each node gets.
          type: int
    mtu:
      description: The MTU of the pod network.
      type: int
    settings:
      description:
        - The settings that stood in the plugin's block of the operator's configuration, named as in
          O(ocp_day2.ovn_migration.cno_migration#module:sdn) and
          O(ocp_day2.ovn_migration.cno_migration#module:ovn). Those that did not stand there are left out,
          except for the saved MTU where the operator would not come back to it by itself, because the plugin that runs
          now was given another one (without O(state)).
      type: dict
  sample:
    network_type: OpenShiftSDN
    cluster_network: [{cidr: 10.128.0.0/14, host_prefix: 23}]
    mtu: 1450
    settings: {vxlan_port: 4790}
pods_in_error:
  description:
    - The pods that were in error then, as C(namespace/name); a baseline for M(ocp_day2.ovn_migration.pod_health).
  returned: success
  type: list
  elements: str
phase:
  description: The phase of the migration, as M(ocp_day2.ovn_migration.cno_migration_info) tells it.
  returned: success, with O(state=present)
  type: str
backups:
  description:
    - All backups in the cluster, oldest first, for whatever target, in the form of RV(backup) without C(kinds) and
      C(absent).
  returned: success, without O(state) and with O(state=recovered)
  type: list
  elements: dict
files:
  description: The files of the backup, the Network object first. Empty without O(directory).
  returned: success
  type: list
  elements: str
damaged_backup:
  description: The backup whose ConfigMaps are not what was put into them.
  returned: on failure, when that is why
  type: str
api_outages:
  description: Each time that the API was away.
  returned: always
  type: list
  elements: dict
  contains:
    since:
      description: When it was first away.
      type: str
    seconds:
      description: How long it was away; null when it has not come back.
      type: float
    seen:
      description: What was seen instead of an answer.
      type: str
  sample: [{since: "2026-01-31T02:11:40Z", seconds: 41.3, seen: connection refused}]
remedy:
  description: What to do next; it stands at the end of the message, too. Empty when there is nothing to advise.
  returned: on failure
  type: str
lock:
  description:
    - The Lease as it is now, in the form of RV(ocp_day2.ovn_migration.migration_lock#module:lock). Null when there is
      none.
  returned: on failure, when O(lock_holder) does not have it any more
  type: dict
outage_budget_seconds:
  description: For how long the API may be away, as O(api_outage_timeout) says.
  returned: on failure, when it was away for longer
  type: float
"""

from ..module_utils._ansible.arguments import TARGET, Spec
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.backup.collect import ExtraKind
from ..module_utils._flows.backup.compare import compare
from ..module_utils._flows.backup.make import describe_backup, have_backup, recover_backup
from ..module_utils._flows.backup.restore import restore
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "state": {"type": "str", "choices": ["present", "compared", "restored", "recovered"]},
    **TARGET,
    "extra_kinds": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"kind": {"type": "str", "required": True}, "api_version": {"type": "str", "required": True}},
    },
    "backup": {"type": "str"},
    "directory": {"type": "path"},
    "accept_losses": {"type": "bool", "default": False},
}


def back_up(task: Task) -> Outcome:
    if task["state"] is None:
        return describe_backup(task.cluster, target=task["target"], directory=task["directory"])
    if task["state"] == "recovered":
        return recover_backup(
            task.cluster, target=task["target"], directory=task["directory"], write=not task.check_mode
        )
    if task["state"] == "compared":
        return compare(task.cluster, target=task["target"], backup=task["backup"])
    if task["state"] == "restored":
        return restore(
            task.cluster,
            target=task["target"],
            backup=task["backup"],
            accept=task["accept_losses"],
            write=not task.check_mode,
        )
    return have_backup(
        task.cluster,
        target=task["target"],
        extra=[ExtraKind(**wanted) for wanted in task["extra_kinds"]],
        directory=task["directory"],
        accept=task["accept_losses"],
        write=not task.check_mode,
    )


def main() -> None:
    run(ARGUMENTS, back_up)


if __name__ == "__main__":
    main()
