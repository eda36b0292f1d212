#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_borrow
short_description: Change for the length of a migration what its owner gets back afterwards
description:
  - Pauses health checks that would replace rebooting machines, keeps the cluster autoscaler from removing their nodes,
    lowers the timeouts of webhooks that nobody answers while the pod network is down, and raises how many nodes a pool
    updates at once; and puts all of it back.
  - Everything is entered into ConfigMap C(migration-loans) of namespace C(ovn-migration), with the value before, ahead
    of the change, and struck after it is back. A run that was killed in between is continued by the next one, from any
    machine. Borrowing again never forgets the value before.
  - What somebody else has changed meanwhile is his, and is left as it is and reported.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.borrowing
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: full
options:
  state:
    description:
      - V(borrowed) makes the changes that O(machine_health_checks), O(cluster_autoscaler), O(webhook_timeout) and
        O(max_unavailable) ask for.
      - V(returned) puts back everything of O(kinds).
      - Without it the module only tells what is borrowed.
    type: str
    choices: [borrowed, returned]
  machine_health_checks:
    description:
      - Pause every MachineHealthCheck with the annotation C(cluster.x-k8s.io/paused), and every NodeHealthCheck, where
        the cluster has them. One that its owner has paused already stays his.
    type: bool
    default: false
  cluster_autoscaler:
    description:
      - Keep the cluster autoscaler from removing nodes (C(spec.scaleDown.enabled) of every ClusterAutoscaler), where
        the cluster has one. It still adds nodes. One that removes none already stays its owner's.
    type: bool
    default: false
  webhook_timeout:
    description:
      - Lower C(timeoutSeconds) of validating and mutating webhooks behind a Service to this many seconds, where it is
        more. V(0) leaves them alone. OpenShift's documentation of the migration asks for V(3).
      - OpenShift's own webhooks are left alone, unless O(webhooks) names them.
      - From 0 to 30.
    type: int
    default: 0
  webhooks:
    description:
      - The webhook configurations that O(webhook_timeout) is for, by name; all but OpenShift's own when empty.
    type: list
    elements: str
    default: []
  max_unavailable:
    description:
      - How many nodes a pool updates at once, by the name of the pool, as a number or a percentage (V(10%)), from
        1 node, or from 1% to 100%.
        More make the rollout shorter, as far as the workloads can do without that many nodes.
    type: dict
    default: {}
  kinds:
    description:
      - What O(state=returned) puts back.
    type: list
    elements: str
    choices: [machine_health_checks, cluster_autoscaler, webhooks, max_unavailable]
    default: [machine_health_checks, cluster_autoscaler, webhooks, max_unavailable]
  keep_in_window:
    description:
      - With O(state=returned), keep health checks paused, the autoscaler from removing nodes and timeouts low while the
        cluster is between the switch and its last reboot, and warn. A health check that wakes up while the network is
        down has machines deleted.
    type: bool
    default: true
  step:
    default: migration_borrow
notes:
  - The pools that M(ocp_day2.ovn_migration.mcp_pause) has paused, and the policies that
    M(ocp_day2.ovn_migration.primary_nncp) has taken away, stand in the same ledger, and are put back by those modules.
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.mcp_pause
  - module: ocp_day2.ovn_migration.primary_nncp
"""

EXAMPLES = r"""
- name: Make ready for the night
  ocp_day2.ovn_migration.migration_borrow:
    state: borrowed
    machine_health_checks: true
    cluster_autoscaler: true
    webhook_timeout: 3
    max_unavailable:
      worker: 10%

- name: See what is still to be given back
  ocp_day2.ovn_migration.migration_borrow:
  register: borrowed

- name: Let the pools update node by node again
  ocp_day2.ovn_migration.migration_borrow:
    state: returned
    kinds: [max_unavailable]

- name: Give everything back; between switch and last reboot only what the night does not need
  ocp_day2.ovn_migration.migration_borrow:
    state: returned
"""

RETURN = r"""
loans:
  description: Everything that is borrowed from the cluster and not back yet; in check mode, what would be.
  returned: always, except when the request is refused
  type: list
  elements: dict
  contains:
    what:
      description:
        - V(machine_health_check), V(node_health_check), V(cluster_autoscaler), V(webhook_timeout),
          V(max_unavailable), V(paused) or V(network_policy).
      type: str
    kind:
      description: The kind of the object.
      type: str
    namespace:
      description: Its namespace, empty when it has none.
      type: str
    name:
      description: Its name.
      type: str
    part:
      description: Which webhook of the configuration.
      type: str
    before:
      description: The value before; null when it was not set, V(saved) for a whole object.
      type: raw
    lent:
      description: The value that was set; null for a whole object, which is gone.
      type: raw
    ours:
      description: Whether it was changed; false for what is only remembered to have been so before.
      type: bool
    since:
      description: When it was borrowed.
      type: str
    step:
      description: Who borrowed it.
      type: str
  sample:
    - what: max_unavailable
      kind: MachineConfigPool
      namespace: ""
      name: worker
      part: ""
      before: null
      lent: 10%
      ours: true
      since: "2026-01-31T02:11:40Z"
      step: cno_prepare
returned:
  description: What was put back (or would be), as in RV(loans).
  returned: when O(state=returned)
  type: list
  elements: dict
kept:
  description: What was not put back because of O(keep_in_window), as in RV(loans).
  returned: when O(state=returned)
  type: list
  elements: dict
missing_rights:
  description: What the credential may not do.
  returned: on failure, when it lacks a right
  type: list
  elements: str
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

from ..module_utils._ansible.arguments import Spec, step
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.borrowing.ledger import Borrower
from ..module_utils._flows.borrowing.settings import BORROWED, Wanted, borrow, give_back, info
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "state": {"type": "str", "choices": ["borrowed", "returned"]},
    "machine_health_checks": {"type": "bool", "default": False},
    "cluster_autoscaler": {"type": "bool", "default": False},
    "webhook_timeout": {"type": "int", "default": 0},
    "webhooks": {"type": "list", "elements": "str", "default": []},
    "max_unavailable": {"type": "dict", "default": {}},
    "kinds": {"type": "list", "elements": "str", "choices": [*BORROWED], "default": [*BORROWED]},
    "keep_in_window": {"type": "bool", "default": True},
    **step("migration_borrow"),
}


def change(task: Task) -> Outcome:
    if task["state"] is None:
        return info(task.cluster)
    borrower = Borrower(task.cluster, task.clock, step=task["step"], write=not task.check_mode)
    if task["state"] == "returned":
        return give_back(borrower, kinds=task["kinds"], keep_in_window=task["keep_in_window"])
    return borrow(
        borrower,
        Wanted(
            machine_health_checks=task["machine_health_checks"],
            cluster_autoscaler=task["cluster_autoscaler"],
            webhook_timeout=task["webhook_timeout"],
            webhooks=task["webhooks"],
            max_unavailable=task["max_unavailable"],
        ),
    )


def main() -> None:
    run(ARGUMENTS, change)


if __name__ == "__main__":
    main()
