#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_journal
short_description: Record in the cluster when each phase of a migration began and ended, and read the record
description:
  - Adds one event to ConfigMap C(migration-history) in namespace C(ovn-migration), with the time of the API server, so
    that the story of a migration is one, from whatever machines it was run.
  - Without O(phase) and O(event) it only reads, and tells who has the lock, too.
  - A phase that the migration has behind it is not recorded again, so a run that continues, or one on a cluster that
    is done, writes nothing for it. When such a phase begins and the cluster has nothing of a migration to O(target)
    in it any more, it was aborted or rolled back, and the next migration begins.
  - The newest 300 events are kept. Nothing is decided from them. The boot ids that reboots are proven with are in
    another ConfigMap.
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
options:
  target:
    description:
      - The network type that the cluster is to end on.
    type: str
    choices: [OVNKubernetes, OpenShiftSDN]
    default: OVNKubernetes
  phase:
    description:
      - What has begun or ended, such as V(prepare), V(switch), V(reboot), V(verify) or V(cleanup).
    type: str
  event:
    description:
      - What has happened to it.
    type: str
    choices: [begun, finished, failed]
  api_outages:
    description:
      - Outages of the API that the phase has seen, as the other modules return them in C(api_outages). Only those that
        were run without O(lock_holder); the others add theirs to the phase under way themselves.
    type: list
    elements: dict
    default: []
  api_outage_timeout:
    default: 30
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.cno_migration_info
  - module: ocp_day2.ovn_migration.migration_lock
"""

EXAMPLES = r"""
- name: Note that the reboots begin
  ocp_day2.ovn_migration.migration_journal:
    phase: reboot
    event: begun

- name: Reboot every node
  ocp_day2.ovn_migration.node_reboot:
  register: reboots

- name: Note that the reboots have ended, and how long the API was away
  ocp_day2.ovn_migration.migration_journal:
    phase: reboot
    event: finished
    api_outages: "{{ reboots.api_outages }}"

- name: Read the record
  ocp_day2.ovn_migration.migration_journal:
  register: history
"""

RETURN = r"""
target:
  description: The target of the newest migration; V(none) when nothing is recorded.
  returned: success
  type: str
phases:
  description: The phases of the newest migration, in the order in which they first began. In check mode, from before.
  returned: success
  type: list
  elements: dict
  contains:
    phase:
      description: Its name.
      type: str
    state:
      description: V(running), V(finished) or V(failed). A phase whose run was killed counts as running.
      type: str
    begun_at:
      description: When it first began.
      type: str
    finished_at:
      description: When it was finished; V(none) when it is not.
      type: str
    seconds:
      description: From its first begin to its last end, or to now while it is running.
      type: float
    attempts:
      description: How often it was begun.
      type: int
    outages:
      description: The outages of the API in it, with C(since), C(seconds) and C(seen).
      type: list
      elements: dict
elapsed_seconds:
  description:
    - Seconds since the newest migration began, to its last event, or to now while a phase is running; V(none) when
      nothing is recorded.
  returned: success
  type: float
lock:
  description:
    - The Lease of M(ocp_day2.ovn_migration.migration_lock), with C(holder), C(held_since), C(renewed_at),
      C(expires_at), C(expired), C(lease_seconds), C(transitions), C(phase) and C(description). V(none) when there is
      none; C(holder) is V(none) when nobody has it.
  returned: without O(phase)
  type: dict
outages:
  description: The outages of all phases of the newest migration.
  returned: success
  type: list
  elements: dict
outage_seconds:
  description: Their seconds in all.
  returned: success
  type: float
events:
  description: All events that are kept, also of earlier migrations, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    at:
      description: When, by the clock of the API server.
      type: str
    migration:
      description: The number of the migration.
      type: int
    target:
      description: Its target.
      type: str
    phase:
      description: The phase.
      type: str
    event:
      description: What has happened to it.
      type: str
    by:
      description: Who had the lock; empty without one.
      type: str
    outages:
      description: The outages that were handed over with it.
      type: list
      elements: dict
api_outages:
  description: Each time that the API was away while this module ran.
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
from ..module_utils._domain.networks import OVN, SDN
from ..module_utils._domain.records.history import EVENTS
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.records import history

ARGUMENTS: Spec = {
    "target": {"type": "str", "choices": [OVN, SDN], "default": OVN},
    "phase": {"type": "str"},
    "event": {"type": "str", "choices": list(EVENTS)},
    "api_outages": {"type": "list", "elements": "dict", "default": []},
    "api_outage_timeout": {"type": "int", "default": 30},
}


def record(task: Task) -> Outcome:
    if not task["phase"]:
        return history.describe_history(task.cluster)
    happening = history.PhaseEvent(
        target=task["target"],
        phase=task["phase"],
        event=task["event"],
        outages=task["api_outages"],
        by=task["lock_holder"] or "",
    )
    return history.record(task.cluster, happening, write=not task.check_mode)


def main() -> None:
    run(ARGUMENTS, record, module_options={"required_together": [("phase", "event")]})


if __name__ == "__main__":
    main()
