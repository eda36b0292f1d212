#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_lock
short_description: Keep a second run away from a cluster while one is under way
description:
  - Takes, renews or gives back the Lease C(migration) in namespace C(ovn-migration) of the cluster, so that two runs
    never work on one cluster at once, whatever machines they are on.
  - A Lease expires when it was not renewed for O(lease_seconds). The clock is the API server's, never that of the
    controller. The other modules of this collection renew it while they wait, when they are given O(lock_holder).
  - Who has the Lease is named when it is refused, with the time since when, the last renewal, and when it will have
    expired.
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
      - A Lease that O(holder) has already is renewed, which is written and is no change.
options:
  state:
    description:
      - V(held) takes the Lease, or renews it when O(holder) has it. It is refused while somebody else has it.
      - V(released) gives it back when O(holder) has it, and leaves it alone otherwise.
    type: str
    choices: [held, released]
    default: held
  holder:
    description:
      - The name of this run. Left out, it is O(lock_holder), and for V(held) without that
        C(<user>@<host>/<8 hex digits>), made anew.
    type: str
  lease_seconds:
    description:
      - For how many seconds after a renewal the Lease is valid. It is renewed when a third of them has passed.
      - A command that runs on a node for minutes cannot renew it. An expired Lease stays with its holder until somebody
        else takes it.
      - From 1 to 86400.
    type: int
    default: 120
  target:
    description:
      - Where the migration leads that this run works for. The phases that it goes through (O(run_phase) of the other
        modules) are recorded for it.
    type: str
    choices: [OVNKubernetes, OpenShiftSDN]
    default: OVNKubernetes
  phase_event:
    description:
      - With O(state=released), how the phase has ended that this run is in (O(run_phase) of the other modules). It is
        recorded before the Lease is given back.
    type: str
    choices: [finished, failed]
    default: finished
  take_over:
    description:
      - Take the Lease from a holder whose Lease has not expired. Only right when that run is known to be dead. If it is
        not, it ends as soon as it finds that it has lost the Lease.
    type: bool
    default: false
  api_outage_timeout:
    default: 30
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.migration_journal
"""

EXAMPLES = r"""
- name: Work on a cluster alone
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/ocp_day2.ovn_migration.cluster:
      lock_holder: "{{ lock.holder | default(omit) }}"
      run_phase: "{{ phase | default(omit) }}"
  tasks:
    - name: Take the lock
      ocp_day2.ovn_migration.migration_lock:
      register: lock

    - name: Wait under the lock, which is renewed meanwhile
      ocp_day2.ovn_migration.mcp_wait:
        network_type: OVNKubernetes
      vars:
        phase: prepare

    - name: Give the lock back; the phase is finished
      ocp_day2.ovn_migration.migration_lock:
        state: released
        holder: "{{ lock.holder }}"

- name: Go on after a run whose machine has burnt down
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Take its lock
      ocp_day2.ovn_migration.migration_lock:
        take_over: true
"""

RETURN = r"""
holder:
  description: The name of this run, to be given to the other modules.
  returned: success
  type: str
  sample: kni@bastion/3f9c01ab
lock:
  description: The Lease; V(none) when there is none. In check mode it is the one from before.
  returned: always, once it could be read
  type: dict
  contains:
    holder:
      description: Who has it; null when nobody has.
      type: str
    held_since:
      description: Since when.
      type: str
    renewed_at:
      description: When it was last renewed.
      type: str
    expires_at:
      description: When it will have expired, unless it is renewed.
      type: str
    expired:
      description: Whether it has expired.
      type: bool
    lease_seconds:
      description: For how long a renewal holds.
      type: int
    transitions:
      description: How often it went to another holder.
      type: int
    phase:
      description: The phase that its holder is in; null between two phases.
      type: str
    description:
      description: The same as one sentence.
      type: str
taken_from:
  description: Who had it before, when it was taken over or had expired; null otherwise.
  returned: with O(state=held)
  type: str
phases:
  description:
    - The phases of the migration, in the form of RV(ocp_day2.ovn_migration.migration_journal#module:phases).
  returned: with O(state=released)
  type: list
  elements: dict
elapsed_seconds:
  description: Seconds since the migration began; null when nothing is recorded.
  returned: with O(state=released)
  type: float
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
outage_budget_seconds:
  description: For how long the API may be away, as O(api_outage_timeout) says.
  returned: on failure, when it was away for longer
  type: float
"""

from dataclasses import replace

from ..module_utils._ansible.arguments import Spec
from ..module_utils._ansible.module import Task, run
from ..module_utils._domain.errors import Refused
from ..module_utils._domain.networks import OVN, SDN
from ..module_utils._domain.records.history import FAILED, FINISHED
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.records import lease
from ..module_utils._flows.records.phases import leave

ARGUMENTS: Spec = {
    "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
    "holder": {"type": "str"},
    "lease_seconds": {"type": "int", "default": 120},
    "target": {"type": "str", "choices": [OVN, SDN], "default": OVN},
    "phase_event": {"type": "str", "choices": [FINISHED, FAILED], "default": FINISHED},
    "take_over": {"type": "bool", "default": False},
    "api_outage_timeout": {"type": "int", "default": 30},
}


def keep_away(task: Task) -> Outcome:
    holder = task["holder"] or task["lock_holder"]
    if task["state"] == "released":
        if not holder:
            raise Refused(
                tried="give the lock back",
                seen="holder is missing",
                remedy="Say whose it is (holder); 'oc -n ovn-migration get lease migration' tells who has it.",
            )
        return _give_back(task, holder)
    return lease.hold(
        task.cluster,
        holder=holder or lease.own_name(),
        seconds=task["lease_seconds"],
        take_over=task["take_over"],
        write=not task.check_mode,
        target=task["target"],
    )


def _give_back(task: Task, holder: str) -> Outcome:
    write, seen = not task.check_mode, lease.read_state(task.cluster)
    phases = leave(task.cluster, seen, holder=holder, event=task["phase_event"], write=write)
    outcome = lease.release(task.cluster, holder=holder, write=write, seen=seen)
    return replace(outcome, facts={**outcome.facts, **phases})


def main() -> None:
    run(ARGUMENTS, keep_away, keeps_lock=False)


if __name__ == "__main__":
    main()
