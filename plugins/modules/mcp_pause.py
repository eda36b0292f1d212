#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mcp_pause
short_description: Pause MachineConfigPools, and resume only those that were paused here
description:
  - Pauses pools, the custom and the empty ones too, and remembers in the cluster which ones their owner had paused
    before, so that those are never resumed.
  - What it has to put back is entered into ConfigMap C(migration-loans) of namespace C(ovn-migration) before a pool is
    changed, and struck after it is back. A run that was killed in between is continued by the next one.
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
      - V(paused) pauses the pools that are not paused. A node that is being updated at that moment is finished all the
        same by the Machine Config Operator; RV(updating) names the pools that may have one.
      - V(resumed) puts back the pools that were paused here, and leaves those alone that were paused before, or that
        somebody else has changed since.
    type: str
    required: true
    choices: [paused, resumed]
  names:
    description:
      - The pools; all of them when empty.
    type: list
    elements: str
    default: []
  wait:
    description:
      - Return, after pausing, only when the Machine Config Operator has noticed it, which takes it some seconds. After
        150 seconds it returns all the same, with a warning.
      - Until then what a pool reports is older than the pause, so whoever judges the pools next wants this. It needs
        the pod network, on which that operator lives. After resuming it is always waited for.
    type: bool
    default: false
  step:
    default: mcp_pause
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.mcp_wait
  - module: ocp_day2.ovn_migration.migration_borrow
"""

EXAMPLES = r"""
- name: Pause every pool before a rollback
  ocp_day2.ovn_migration.mcp_pause:
    state: paused
  register: before

- name: Tell which ones stay paused afterwards
  ansible.builtin.debug:
    msg: "{{ before.pools | selectattr('paused_before') | map(attribute='name') }}"

- name: Resume what was paused, when every node has rebooted, however long the API stays away
  ocp_day2.ovn_migration.mcp_pause:
    state: resumed
    api_outage_timeout: 1800
"""

RETURN = r"""
pools:
  description: The pools asked for, as they are now; in check mode, as they would be.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The pool.
      type: str
    paused:
      description: Whether it is paused.
      type: bool
    paused_before:
      description: Whether it was paused before it was paused here.
      type: bool
    ours:
      description: Whether it is paused because of this module, which will resume it.
      type: bool
  sample: [{name: worker, paused: true, paused_before: false, ours: true}]
updating:
  description: The pools that were in the middle of an update when they were paused.
  returned: when O(state=paused)
  type: list
  elements: str
resumed:
  description: The pools that were resumed (or would be).
  returned: when O(state=resumed)
  type: list
  elements: str
loans:
  description:
    - Everything that is borrowed from the cluster and not back yet, in the form of
      RV(ocp_day2.ovn_migration.migration_borrow#module:loans). A pool that was paused before has C(ours) false.
  returned: always, except when a name is refused
  type: list
  elements: dict
  sample:
    - what: paused
      kind: MachineConfigPool
      namespace: ""
      name: worker
      part: ""
      before: false
      lent: true
      ours: true
      since: "2026-01-31T02:11:40Z"
      step: mcp_pause
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
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.pools.pause import pause, resume

ARGUMENTS: Spec = {
    "state": {"type": "str", "choices": ["paused", "resumed"], "required": True},
    "names": {"type": "list", "elements": "str", "default": []},
    "wait": {"type": "bool", "default": False},
    **step("mcp_pause"),
}


def change(task: Task) -> Outcome:
    borrower = Borrower(task.cluster, task.clock, step=task["step"], write=not task.check_mode)
    if task["state"] == "paused":
        return pause(borrower, names=task["names"], wait=task["wait"])
    return resume(borrower, names=task["names"])


def main() -> None:
    run(ARGUMENTS, change)


if __name__ == "__main__":
    main()
