#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: feature_conversion
short_description: Wait until egress firewalls, egress IPs and multicast are those of the new network plugin
description:
  - During a migration the Cluster Network Operator turns EgressNetworkPolicies, egress IPs and the multicast setting of
    one plugin into the objects of the other. This compares what it has made with what there was right before the
    switch, object by object, and waits until all of it is there.
  - What there was is what M(ocp_day2.ovn_migration.cno_migration) has recorded beside the backup. After a switch by
    hand there is no such record; then the backup of M(ocp_day2.ovn_migration.migration_backup) is compared with, and a
    warning says so.
  - On the way to OVN-Kubernetes an EgressNetworkPolicy becomes EgressFirewall C(default) of its namespace, a
    NetNamespace with egress IPs becomes EgressIP C(egressip-<name>), a HostSubnet with an egress configuration becomes
    the label C(k8s.ovn.org/egress-assignable) of its node, and the multicast annotation goes from the NetNamespace to
    the Namespace. On the way to OpenShiftSDN it is the reverse.
  - It is to be used before the migration is finalized, since afterwards these objects belong to their users alone.
  - It never writes.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.migration
  - ocp_day2.ovn_migration.migration.features
  - ocp_day2.ovn_migration.waiting
  - ocp_day2.ovn_migration.waiting.sleep
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: N/A
options:
  features:
    description:
      - What is converted. Left out, it is what C(spec.migration.features) says, and with OpenShift before 4.12 nothing.
  backup_required:
    description:
      - Whether it is a failure that there is no backup from before the migration. With V(false) it is a warning, and
        nothing is compared.
    type: bool
    default: true
  wait_timeout:
    default: 300
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.migration_backup
  - module: ocp_day2.ovn_migration.cno_migration
"""

EXAMPLES = r"""
- name: Wait until everything is converted
  ocp_day2.ovn_migration.feature_conversion:

- name: Wait for all but the egress IPs, which were left to us
  ocp_day2.ovn_migration.feature_conversion:
    features:
      egress_ip: false
"""

RETURN = r"""
conversions:
  description: A row for each saved object that has a counterpart with the other plugin.
  returned: always, once the backup was looked for
  type: list
  elements: dict
  contains:
    feature:
      description: V(egress_firewall), V(egress_ip) or V(multicast).
      type: str
    source:
      description: The object of the former plugin.
      type: str
    target:
      description: The object that it becomes, or that it changes.
      type: str
    state:
      description:
        - V(converted), V(missing) or V(differs).
        - V(not_wanted) when its feature is not converted, when its namespace or node is no longer there, or when the
          operator converts no such thing.
        - V(overwritten) when its namespace had several, and the new plugin takes one. It is then another one's that
          stands there.
      type: str
    reason:
      description: One sentence about it.
      type: str
  sample:
    - feature: egress_firewall
      source: EgressNetworkPolicy shop/limits
      target: egressfirewalls.k8s.ovn.org shop/default
      state: converted
      reason: the rules are the same
backup:
  description: The backup that was compared with; V(none) when there is none from before the migration.
  returned: always, once the backup was looked for
  type: str
  sample: ovnkubernetes-20260101000000
compared_with:
  description:
    - V(record) when M(ocp_day2.ovn_migration.cno_migration) has recorded what there was right before the switch,
      V(backup) when it has not; V(none) without a backup.
  returned: always, once the backup was looked for
  type: str
  sample: record
verdict:
  description: Whether everything is converted.
  returned: always, once the backup was read
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: 7 objects converted}
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, once the backup was read
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
  returned: always, once the backup was read
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, once the backup was read
  type: int
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

from ..module_utils._ansible.arguments import FEATURES, TARGET, Spec, merge, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.backup.conversions import ConversionQuery, wait_for_conversions
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    **TARGET,
    **FEATURES,
    "backup_required": {"type": "bool", "default": True},
}


def wait(task: Task) -> Outcome:
    question = ConversionQuery(task["target"], features=task["features"], backup_required=task["backup_required"])
    return wait_for_conversions(task.cluster, task.waiter(), question)


def main() -> None:
    run(merge(ARGUMENTS, waiting(timeout=300)), wait)


if __name__ == "__main__":
    main()
