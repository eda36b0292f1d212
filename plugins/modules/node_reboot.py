#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_reboot
short_description: Reboot nodes in a safe order and prove that each one did
description:
  - Reboots nodes without draining them, as the offline migration of the cluster network needs it, when neither network
    plugin works and the Machine Config Operator could not drain anything.
  - A node has rebooted when its boot id is another one than before and it is Ready on it. Being Ready proves nothing,
    since a node that ignores the command is Ready, and one that has just gone down still looks so for 40 seconds.
  - Control-plane nodes are rebooted one at a time. The next one goes down only when the last one is back, the API
    answers that it is ready, and every etcd pod is Ready, one on each control-plane node. Then the other nodes follow
    in batches.
  - The first node that does not come back ends the module. Others of its batch are still waited for, later batches
    are not begun. Run again, it skips the nodes that have rebooted.
  - Each node is asked itself, right before the command, whether it is still on the old boot, since the API lags behind.
  - It is made for the time between the change of the network type and the last reboot. The API may be away, and one
    that answers C(401) counts as away.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Nodes that are known to have rebooted are skipped. They are known from O(boot_ids), or during a migration from
        its journal in the cluster. Otherwise every run reboots every node.
options:
  nodes:
    description:
      - Names of the nodes to reboot, together with those of O(pools). When both are empty, every node is.
    type: list
    elements: str
    default: []
  pools:
    description:
      - Names of MachineConfigPools whose nodes are to be rebooted, together with O(nodes).
    type: list
    elements: str
    default: []
  strategy:
    description:
      - How a node is told. V(rsh) runs C(shutdown) in the node's machine-config-daemon pod, which works without a pod
        network.
    type: str
    choices: [rsh]
    default: rsh
  order:
    description:
      - V(control_plane_first) reboots the control plane one node at a time, then the other nodes in batches. The API
        stays up.
      - V(all_at_once) commands every node, the control plane last, then waits for all of them. It is quicker, and the
        API is gone for minutes.
    type: str
    choices: [control_plane_first, all_at_once]
    default: control_plane_first
  max_unavailable:
    description:
      - How many nodes of each worker pool go down together, a number, or a percentage of the pool that is rounded down.
        It is one node at least. The pools are taken side by side.
      - It does not count with O(order=all_at_once), nor for the control plane.
    type: str
    default: 100%
  delay_minutes:
    description:
      - How many minutes a node waits after the command before it goes down.
      - When it is left out, V(1) with O(order=all_at_once), so that every node has the command before the API goes, and
        otherwise V(0).
    type: int
  reboot_timeout:
    description:
      - For how many seconds a node may take from the command, and its delay, until it is Ready on another boot.
      - A command that cannot be given is given again every few seconds for as long, and so is the control plane
        waited for between two of its nodes.
    type: int
    default: 1800
  boot_ids:
    description:
      - The boot ids from before, by the name of the node. A node that is on another boot is skipped, one that is not
        named here is rebooted.
      - When it is left out, see O(use_journal).
    type: dict
  use_journal:
    description:
      - Whether to take the boot ids that M(ocp_day2.ovn_migration.cno_migration) recorded in the cluster before it
        changed the network type, when that migration still waits for its reboots.
      - When such a migration has no record, today's boot ids are recorded first.
    type: bool
    default: true
  wait_sleep:
    description:
      - How many seconds to sleep between two looks at the cluster, at most.
        The first looks follow each other more quickly.
    type: int
    default: 5
requirements:
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.cno_migration
  - module: ocp_day2.ovn_migration.pod_health
"""

EXAMPLES = r"""
- name: Reboot what the migration has not rebooted yet, control plane first
  ocp_day2.ovn_migration.node_reboot:

- name: Reboot everything at once, as the documented procedure does
  ocp_day2.ovn_migration.node_reboot:
    order: all_at_once

- name: Reboot the infra pool, a quarter of it at a time
  ocp_day2.ovn_migration.node_reboot:
    pools: [infra]
    max_unavailable: 25%
    use_journal: false

- name: Show what would be rebooted, in which batches
  ocp_day2.ovn_migration.node_reboot:
  check_mode: true
  register: reboots
"""

RETURN = r"""
nodes:
  description: What is known of each node. On failure too.
  returned: always, once the reboots were planned
  type: list
  elements: dict
  contains:
    node:
      description: Its name.
      type: str
    pool:
      description: The pool that configures it.
      type: str
    result:
      description:
        - V(rebooted) is proven. V(skipped) had rebooted before, without this run. V(failed) was commanded, or should
          have been, and did not prove it. V(planned) was not begun.
      type: str
    detail:
      description: What there is to say about it; for V(failed), its last known state.
      type: str
    attempts:
      description: How often it was tried to give it the command.
      type: int
    requested_at:
      description: When the command was sent.
      type: str
    down_at:
      description: When it was first seen down. Null when nobody saw it.
      type: str
    back_at:
      description: When it was first seen Ready on its new boot.
      type: str
    seconds:
      description: From the command to Ready on the new boot, the delay included.
      type: float
    boot_id_before:
      description: The boot id that it was to leave.
      type: str
    boot_id_after:
      description: The boot id that it was last seen on.
      type: str
  sample:
    - {node: worker-0, pool: worker, result: rebooted, detail: rebooted and Ready, attempts: 1,
       requested_at: "2026-01-01T10:00:00Z", down_at: "2026-01-01T10:00:45Z", back_at: "2026-01-01T10:03:10Z",
       seconds: 190.2, boot_id_before: 0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b,
       boot_id_after: 9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d}
plan:
  description: The batches in their order, each a list of the names of nodes that go down together.
  returned: always, once the reboots were planned
  type: list
  elements: list
  sample: [[master-0], [master-1], [master-2], [worker-0, worker-1, worker-2]]
verdict:
  description: How it ended.
  returned: always, once the reboots were planned
  type: dict
  contains:
    state:
      description: V(done), V(failed), or V(pending) in check mode when there is something to reboot.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: all 6 nodes rebooted and Ready}
story:
  description: How each batch ended, with the seconds at which it did.
  returned: always, once the reboots were planned
  type: list
  elements: dict
waited_seconds:
  description: How long it took.
  returned: always, once the reboots were planned
  type: float
polls:
  description: How often the cluster was looked at.
  returned: always, once the reboots were planned
  type: int
api_outages:
  description: Each time that the API was away, with the moment it began, the seconds it lasted and what was seen.
  returned: always
  type: list
  elements: dict
remedy:
  description: What to do next.
  returned: on failure
  type: str
"""

from ..module_utils._ansible.arguments import Spec
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.planning import Past, Selection, planned
from ..module_utils._flows.rebooting import Rebooter, reboot
from ..module_utils._flows.strategies import CHOICES, strategy

ARGUMENTS: Spec = {
    "nodes": {"type": "list", "elements": "str", "default": []},
    "pools": {"type": "list", "elements": "str", "default": []},
    "strategy": {"type": "str", "choices": list(CHOICES), "default": "rsh"},
    "order": {"type": "str", "choices": ["control_plane_first", "all_at_once"], "default": "control_plane_first"},
    "max_unavailable": {"type": "str", "default": "100%"},
    "delay_minutes": {"type": "int"},
    "reboot_timeout": {"type": "int", "default": 1800},
    "boot_ids": {"type": "dict"},
    "use_journal": {"type": "bool", "default": True},
    "wait_sleep": {"type": "int", "default": 5},
}


def reboot_nodes(task: Task) -> Outcome:
    order = task["order"]
    delay = int(order == "all_at_once") if task["delay_minutes"] is None else task["delay_minutes"]
    plan = planned(
        task.cluster,
        Selection(task["nodes"], task["pools"], order, task["max_unavailable"]),
        Past(task["boot_ids"], use_journal=task["use_journal"], write=not task.check_mode),
        clock=task.clock,
    )
    rebooter = Rebooter(
        cluster=task.cluster,
        clock=task.clock,
        strategy=strategy(task["strategy"], cluster=task.cluster, delay_minutes=delay),
        timeout=float(task["reboot_timeout"]),
        interval=float(task["wait_sleep"]),
        delay=delay * 60.0,
    )
    return reboot(rebooter, plan, check_mode=task.check_mode)


def main() -> None:
    run(ARGUMENTS, reboot_nodes, tolerate_unauthorized=True)


if __name__ == "__main__":
    main()
