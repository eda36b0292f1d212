#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cno_migration_info
short_description: Tell which phase of a network migration an OpenShift cluster is in
description:
  - Reads the two Network objects, the pools, the nodes and the recorded boot ids, and says which phase of the offline
    migration the cluster is in, why, and what comes next.
  - It decides from the cluster alone, so it gives the same answer on every machine, and it never writes.
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
    support: N/A
options:
  api_outage_timeout:
    default: 30
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.cno_migration
"""

EXAMPLES = r"""
- name: See where the cluster stands
  ocp_day2.ovn_migration.cno_migration_info:
  register: migration

- name: Say it
  ansible.builtin.debug:
    msg: "{{ migration.phase }}: {{ migration.reason }}. Next: {{ migration.next }}."

- name: Stop unless the cluster has reached OVN-Kubernetes
  ansible.builtin.assert:
    that: migration.phase == 'complete'
"""

RETURN = r"""
phase:
  description:
    - V(not_started), V(preparing), V(prepared), V(switching), V(awaiting_reboot), V(verifying), V(cleanup_pending) and
      V(complete) follow each other.
    - On the way to OpenShiftSDN the pools are paused when the nodes are V(prepared), and V(verifying) lasts until they
      have been resumed and every node has taken the configuration for it.
    - V(live) means that the annotation of a live migration is there; V(inconsistent) that the objects contradict each
      other, and RV(next) says what to do.
  returned: success
  type: str
  sample: awaiting_reboot
reason:
  description: Why it is this phase, in one sentence.
  returned: success
  type: str
next:
  description: What comes next.
  returned: success
  type: str
command:
  description:
    - What to run to go on, in one line; where RV(next) says that something has to be mended or waited for first, after
      that. Empty when nothing is left to be done.
  returned: success
  type: str
  sample: ansible-playbook ocp_day2.ovn_migration.migrate -e cno_allow_disruption=true
target:
  description: The target that the phase is told for.
  returned: success
  type: str
version:
  description: The OpenShift version that runs; V(none) when the cluster does not tell.
  returned: success
  type: str
  sample: 4.14.31
network:
  description: What the two Network objects say.
  returned: success
  type: dict
  contains:
    wanted_type:
      description: C(spec.networkType) of the configuration.
      type: str
    applied_type:
      description: C(status.networkType). It changes before any node reboots and proves nothing by itself.
      type: str
    migration:
      description: C(spec.migration.networkType) of the operator; null without a migration.
      type: str
    acknowledged_migration:
      description: C(status.migration.networkType) of the configuration; null without a migration.
      type: str
    mtu:
      description: C(status.clusterNetworkMTU).
      type: int
    cluster_network:
      description: C(spec.clusterNetwork) of the configuration.
      type: list
      elements: dict
      contains:
        cidr:
          description: Network in CIDR notation.
          type: str
        host_prefix:
          description: Prefix length of the part that each node gets.
          type: int
    live:
      description: Whether the annotation of a live migration is there.
      type: bool
oauth_token:
  description:
    - Whether the credential is a token of OpenShift's OAuth server. It is looked up over the pod network, so the API
      does not know it between the switch and the reboots.
  returned: success
  type: bool
way_back:
  description:
    - What undoing the migration means from here, whatever O(target) is. It ends on OpenShiftSDN.
  returned: success
  type: dict
  contains:
    action:
      description:
        - V(nothing) when no migration has begun, V(finished) when one has been rolled back.
        - V(abort) before the switch, also while the nodes are on their way back to their former configuration.
        - V(undo_refused_flip) when the switch was asked for and the operator has not applied it.
        - V(rollback) after the switch, also in the middle of a rollback; RV(way_back.step) says where it goes on.
        - V(blocked) when something else is under way, or the objects contradict each other.
      type: str
    step:
      description:
        - With V(rollback), the first step that is not done; V(prepare), V(switch), V(reboot), V(resume) or V(cleanup).
          Null with any other action.
      type: str
    reason:
      description: Why, in one sentence.
      type: str
    remedy:
      description: With V(blocked), how it goes on; empty with any other action.
      type: str
  sample:
    action: abort
    step: null
    reason: a migration to OVNKubernetes is being prepared, and no flip has been made
    remedy: ""
pools_left_paused:
  description:
    - With O(target=OpenShiftSDN), the pools that somebody else has paused. Their nodes keep the configuration for the
      other plugin until their owner resumes them, and the phase does not wait for them.
  returned: success
  type: list
  elements: str
lock:
  description:
    - The Lease as it is now, in the form of RV(ocp_day2.ovn_migration.migration_lock#module:lock). Null when there is
      none.
  returned: success, and on failure when O(lock_holder) does not have it any more
  type: dict
phases:
  description:
    - The phases of the newest migration, in the form of
      RV(ocp_day2.ovn_migration.migration_journal#module:phases).
  returned: success
  type: list
  elements: dict
elapsed_seconds:
  description: Seconds since that migration began; null when nothing is recorded.
  returned: success
  type: float
former_namespace:
  description: Namespace of the other plugin; null when it is gone.
  returned: success
  type: str
boot_ids_recorded_at:
  description: When the boot ids of this migration were recorded; V(none) when they are not.
  returned: success
  type: str
pools:
  description: Every MachineConfigPool, with its counts, its configurations and its nodes.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the pool.
      type: str
    network_type:
      description: The network type that the wanted configuration boots for.
      type: str
    configuration:
      description: The rendered MachineConfig that all nodes of the pool last ran.
      type: str
    wanted_configuration:
      description: The rendered MachineConfig that the pool is to run.
      type: str
    machines:
      description:
        - Number of machines; RV(pools[].updated), RV(pools[].ready), RV(pools[].unavailable) and
          RV(pools[].degraded) count parts of it.
      type: int
    updated:
      description: Number of updated machines.
      type: int
    ready:
      description: Number of updated machines that are ready.
      type: int
    unavailable:
      description: Number of unavailable machines.
      type: int
    degraded:
      description: Number of degraded machines.
      type: int
    paused:
      description: Whether the pool is paused.
      type: bool
    nodes:
      description: Names of the nodes that the pool configures.
      type: list
      elements: str
render_seconds:
  description:
    - Within how many seconds the Machine Config Operator has rendered a changed network for every pool. It may wait ten
      minutes for each control-plane node before it looks at the network again, while a pool is degraded or the pool
      C(master) is not updated.
  returned: success
  type: int
nodes:
  description: Every node, with its boot id and what the machine-config-daemon says.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the node.
      type: str
    rebooted:
      description: Whether it has rebooted since the switch; V(none) when no boot ids are recorded.
      type: bool
    boot_id:
      description: C(status.nodeInfo.bootID).
      type: str
    ready:
      description: Whether the node is Ready.
      type: bool
    schedulable:
      description: Whether the node is not cordoned.
      type: bool
    control_plane:
      description: Whether it is a control-plane node.
      type: bool
    current_config:
      description: Rendered MachineConfig that the node runs.
      type: str
    desired_config:
      description: Rendered MachineConfig that the node is to run.
      type: str
    state:
      description: State of the machine-config-daemon.
      type: str
    reason:
      description: Its reason, when it failed.
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
outage_budget_seconds:
  description: For how long the API may be away, as O(api_outage_timeout) says.
  returned: on failure, when it was away for longer
  type: float
remedy:
  description: What to do next; it stands at the end of the message, too. Empty when there is nothing to advise.
  returned: on failure
  type: str
"""

from ..module_utils._ansible.arguments import TARGET, Spec
from ..module_utils._ansible.module import run
from ..module_utils._flows.migration.inspection import inspect

ARGUMENTS: Spec = {
    **TARGET,
    "api_outage_timeout": {"type": "int", "default": 30},
}


def main() -> None:
    run(ARGUMENTS, lambda task: inspect(task.cluster, target=task["target"]))


if __name__ == "__main__":
    main()
