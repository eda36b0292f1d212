#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cno_migration
short_description: Bring the two Network objects of OpenShift to a wanted state of an offline migration
description:
  - Moves C(networks.operator.openshift.io cluster) and C(networks.config.openshift.io cluster) through the offline
    migration between OpenShiftSDN and OVNKubernetes, one O(state) at a time, and waits until the Cluster Network
    Operator has taken each step in.
  - Where there is a backup (M(ocp_day2.ovn_migration.migration_backup)), it records beside it what there is to convert,
    right before O(state=prepared) and O(state=switched) are written. M(ocp_day2.ovn_migration.feature_conversion)
    compares with that.
  - It looks first and writes only what is missing, so each state can be asked for again at any time.
  - What the operator would refuse is refused before anything is written. What it refuses all the same is quoted from
    C(clusteroperator network).
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.migration
  - ocp_day2.ovn_migration.migration.features
  - ocp_day2.ovn_migration.migration.settings
  - ocp_day2.ovn_migration.waiting
  - ocp_day2.ovn_migration.waiting.sleep
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.failure_grace
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: full
options:
  state:
    description:
      - V(idle) makes sure that no migration is set, and that C(status.migration) is gone. With O(allow_abort) it also
        takes back a switch to O(target) that the operator has refused; one that the operator applies after all is left
        alone, and refused.
      - V(prepared) sets C(spec.migration) to O(target), O(features) in the same patch, with the settings of O(ovn) or
        O(sdn), and waits for C(status.migration.networkType). The Machine Config Operator then reboots every node; wait
        for that with M(ocp_day2.ovn_migration.mcp_wait).
      - V(switched) records every node's boot id in ConfigMap C(migration-journal) of namespace C(ovn-migration), sets
        C(spec.networkType) to O(target), and waits for C(status.networkType). It refuses unless every node of every
        pool runs the configuration for O(target). From here the pod network is down until the nodes have rebooted.
      - V(finalized) takes away C(spec.migration) and the former plugin's settings. It refuses unless every node has
        rebooted since the switch. The operator then deletes the former plugin's CRDs and every object of them.
      - To OpenShiftSDN the nodes go on their present configuration, which has the bridge that both plugins work with,
        so every pool has to be paused before V(prepared), and to stay so until every node has rebooted; see
        M(ocp_day2.ovn_migration.mcp_pause). V(finalized) refuses before the resumed pools run the configuration for
        OpenShiftSDN. A pool that its owner has paused is reported and does not keep it.
      - To OpenShiftSDN, V(prepared) and V(switched) refuse IPsec and IPv6, which it has not, and OpenShift 4.17.
    type: str
    required: true
    choices: [idle, prepared, switched, finalized]
  allow_abort:
    description:
      - Let O(state=idle) undo a migration that is being prepared, which makes the Machine Config Operator reboot every
        node once more.
    type: bool
    default: false
  allow_oauth_token:
    description:
      - Let O(state=switched) go on with a token of OpenShift's OAuth server (C(oc login)).
      - Such a token is looked up over the pod network, which the switch takes down, so the nodes may then be out of
        reach until they are rebooted by other means.
    type: bool
    default: false
  former_namespace:
    description:
      - With O(state=finalized), V(absent) deletes the namespace of the plugin that the cluster has left, too, and waits
        until it is gone. One that is stuck in Terminating is told in RV(former_namespace) and is no failure.
      - Only right while every cluster operator and every API service is healthy
        (M(ocp_day2.ovn_migration.co_health) with O(ocp_day2.ovn_migration.co_health#module:api_services=true)). A
        namespace that is deleted while an aggregated API is away hangs in Terminating.
    type: str
    choices: [kept, absent]
    default: kept
  namespace_timeout:
    description:
      - How many seconds to wait until that namespace is gone.
      - From 0 to 604800.
    type: int
    default: 300
  wait_timeout:
    default: 300
  failure_grace:
    default: 15
notes:
  - An annotation C(network.openshift.io/network-type-migration) on C(networks.config.openshift.io cluster) turns any
    change of the network type into a live migration, so every state is refused while it is there.
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.cno_migration_info
  - module: ocp_day2.ovn_migration.mcp_wait
  - module: ocp_day2.ovn_migration.node_reboot
"""

EXAMPLES = r"""
- name: Prepare every node for OVN-Kubernetes, and leave the egress IPs to us
  ocp_day2.ovn_migration.cno_migration:
    state: prepared
    features:
      egress_ip: false
    ovn:
      mtu: 8900
      join_subnet: 100.65.0.0/16

- name: Wait until every node really runs the configuration for it
  ocp_day2.ovn_migration.mcp_wait:
    network_type: OVNKubernetes

- name: Switch, and give the pods new addresses
  ocp_day2.ovn_migration.cno_migration:
    state: switched
    cluster_network:
      - cidr: 10.132.0.0/14
        host_prefix: 23

- name: Clean up after every node has rebooted and the cluster is healthy
  ocp_day2.ovn_migration.cno_migration:
    state: finalized

- name: Change one's mind before the switch
  ocp_day2.ovn_migration.cno_migration:
    state: idle
    allow_abort: true
"""

RETURN = r"""
verdict:
  description: How the cluster stands to the wanted state; in check mode today, before any write.
  returned: always, except when the request is refused
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: the operator has acknowledged the migration to OVNKubernetes}
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, except when the request is refused
  type: list
  elements: dict
  contains:
    seconds:
      description: Seconds since the wait began.
      type: float
    state:
      description: As in RV(verdict.state).
      type: str
    reason:
      description: As in RV(verdict.reason).
      type: str
waited_seconds:
  description: How long the wait took; the last one, when there were several.
  returned: always, except when the request is refused
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, except when the request is refused
  type: int
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
former_namespace:
  description: The namespace of the plugin that the cluster has left.
  returned: with O(former_namespace=absent), when the migration is finalized
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    state:
      description:
        - V(absent) when it was gone already, V(deleted) when it is gone now (in check mode, when it would be deleted),
          V(terminating) when it is still there.
      type: str
    reasons:
      description: What holds it there, in the words of the API server.
      type: list
      elements: str
  sample: {name: openshift-sdn, state: deleted, reasons: []}
problems:
  description: What is wrong with the settings.
  returned: when settings are refused
  type: list
  elements: str
missing_rights:
  description: What the credential may not do.
  returned: on failure, when it lacks a right
  type: list
  elements: str
switched:
  description: True when there is nothing to take back any more, because the operator has applied the switch.
  returned: when O(state=idle) is refused for that
  type: bool
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

from ..module_utils._ansible.arguments import SETTINGS, TARGET, Spec, failure_grace, merge, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._domain.migration.settings import Settings
from ..module_utils._flows.backup.convertible import note
from ..module_utils._flows.migration.migrate import Migration
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "state": {"type": "str", "required": True, "choices": ["idle", "prepared", "switched", "finalized"]},
    **TARGET,
    **SETTINGS,
    "allow_abort": {"type": "bool", "default": False},
    "allow_oauth_token": {"type": "bool", "default": False},
    "former_namespace": {"type": "str", "choices": ["kept", "absent"], "default": "kept"},
    "namespace_timeout": {"type": "int", "default": 300},
}


def migrate(task: Task) -> Outcome:
    migration = Migration(
        cluster=task.cluster,
        waiter=task.waiter(failure_grace=float(task["failure_grace"])),
        clock=task.clock,
        target=task["target"],
        settings=Settings.from_params(task.params),
        check_mode=task.check_mode,
        allow_abort=task["allow_abort"],
        allow_oauth_token=task["allow_oauth_token"],
        namespace_waiter=task.waiter(timeout=float(task["namespace_timeout"]))
        if task["former_namespace"] == "absent"
        else None,
        note=lambda begun: note(task.cluster, target=task["target"], begun=begun),
    )
    return migration.reach(task["state"])


def main() -> None:
    run(merge(ARGUMENTS, waiting(timeout=300), failure_grace(15)), migrate)


if __name__ == "__main__":
    main()
