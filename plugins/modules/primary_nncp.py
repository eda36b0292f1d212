#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: primary_nncp
short_description: Take NodeNetworkConfigurationPolicies off the nodes' primary interface, and put them back
description:
  - A policy of NMState that defines the primary interface of a node fights with the bridge C(br-ex) that
    OVN-Kubernetes makes of it, so such policies are deleted before the migration is prepared. What they have configured
    stays on the nodes.
  - The primary interface is the one with the node's InternalIP, and the one with its default route, as the
    NodeNetworkState tells, with all that lies below; ports of bonds and bridges, base interfaces of VLANs.
  - All that match are saved whole in ConfigMap C(migration-loans) of namespace C(ovn-migration) before the first is
    deleted.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.borrowing
  - ocp_day2.ovn_migration.waiting
  - ocp_day2.ovn_migration.waiting.sleep
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: full
options:
  state:
    description:
      - V(absent) saves and deletes the policies, and waits until they are gone. A cluster without NMState has none.
      - V(restored) creates the saved policies again. One that somebody else has made anew stays as it is and is
        reported. It belongs to a way back to OpenShiftSDN; after a migration to OVN-Kubernetes they stay saved.
      - Without it the module only tells which policies V(absent) would delete, and what is saved.
    type: str
    choices: [absent, restored]
  names:
    description:
      - The policies by name, instead of those that are found; for O(state=restored), all that are saved when empty.
      - Needed where no NodeNetworkState tells the primary interface of a node, or a policy finds its interfaces by an
        expression (C(capture)).
    type: list
    elements: str
    default: []
  step:
    default: primary_nncp
  wait_timeout:
    default: 120
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.migration_borrow
"""

EXAMPLES = r"""
- name: See which policies are in the way
  ocp_day2.ovn_migration.primary_nncp:

- name: Take them away
  ocp_day2.ovn_migration.primary_nncp:
    state: absent

- name: Put them back after a rollback
  ocp_day2.ovn_migration.primary_nncp:
    state: restored
"""

RETURN = r"""
policies:
  description: The policies that were deleted or created (or would be).
  returned: success
  type: list
  elements: str
  sample: [bond0-policy]
loans:
  description:
    - Everything that is borrowed from the cluster and not back yet, in the form of
      RV(ocp_day2.ovn_migration.migration_borrow#module:loans). A saved policy has V(network_policy) for C(what).
  returned: always, except when the request is refused
  type: list
  elements: dict
verdict:
  description: Whether the policies are gone; in check mode today, before any write.
  returned: when O(state=absent)
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: bond0-policy is gone}
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: when O(state=absent)
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
  returned: when O(state=absent)
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: when O(state=absent)
  type: int
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

from ..module_utils._ansible.arguments import Spec, merge, step, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.borrowing.ledger import Borrower
from ..module_utils._flows.borrowing.nmstate import info, remove, restore
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "state": {"type": "str", "choices": ["absent", "restored"]},
    "names": {"type": "list", "elements": "str", "default": []},
    **step("primary_nncp"),
}


def change(task: Task) -> Outcome:
    if task["state"] is None:
        return info(task.cluster)
    borrower = Borrower(task.cluster, task.clock, step=task["step"], write=not task.check_mode)
    if task["state"] == "restored":
        return restore(borrower, names=task["names"])
    return remove(borrower, task.waiter(), names=task["names"])


def main() -> None:
    run(merge(ARGUMENTS, waiting(timeout=120)), change)


if __name__ == "__main__":
    main()
