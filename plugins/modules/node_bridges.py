#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_bridges
short_description: Ask every node whether the bridge of OVN-Kubernetes is really there
description:
  - Runs C(ovs-vsctl br-exists) on the host of each node, by C(exec) in the node's machine-config-daemon pod, and fails
    when the bridge is missing on one of them.
  - The Machine Config Operator reports a node as done when its configuration is applied, whether or not the script that
    makes the bridge has succeeded. A node without it has no network after the switch.
  - A node that could not be asked is asked again until O(wait_timeout), and is then a failure. It never counts as one
    that has the bridge.
  - It changes nothing. In check mode no node is asked, and RV(verdict) says so.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.waiting
  - ocp_day2.ovn_migration.waiting.sleep
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: N/A
options:
  nodes:
    description:
      - The nodes to ask; every node when empty.
    type: list
    elements: str
    default: []
  bridge:
    description:
      - The name of the bridge.
    type: str
    default: br-ex
  wait_timeout:
    default: 120
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.mcp_wait
  - module: ocp_day2.ovn_migration.cno_migration
"""

EXAMPLES = r"""
- name: Go on only when every node has br-ex
  ocp_day2.ovn_migration.node_bridges:

- name: Ask the nodes of one pool as soon as they are updated
  ocp_day2.ovn_migration.node_bridges:
    nodes: "{{ (rollout.pools | selectattr('name', 'eq', 'infra') | first).nodes }}"
"""

RETURN = r"""
nodes:
  description: A row for each node that was to be asked.
  returned: always, once the nodes could be listed
  type: list
  elements: dict
  contains:
    node:
      description: The node.
      type: str
    result:
      description: V(present), V(missing), V(unknown) when it could not be asked, or V(not_asked) in check mode.
      type: str
    reason:
      description: Why it is unknown.
      type: str
  sample: [{node: worker-1, result: missing, reason: ""}]
missing:
  description: The nodes without the bridge.
  returned: always, once the nodes could be listed
  type: list
  elements: str
verdict:
  description: What was found.
  returned: always, once the nodes could be listed
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: failed, reason: br-ex is missing on worker-1}
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, once the nodes could be listed
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
  returned: always, once the nodes could be listed
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, once the nodes could be listed
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

from ..module_utils._ansible.arguments import Spec, merge, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.health.bridges import find_bridges
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "nodes": {"type": "list", "elements": "str", "default": []},
    "bridge": {"type": "str", "default": "br-ex"},
}


def ask(task: Task) -> Outcome:
    return find_bridges(
        task.cluster, task.waiter(), names=task["nodes"], bridge=task["bridge"], check_mode=task.check_mode
    )


def main() -> None:
    run(merge(ARGUMENTS, waiting(timeout=120)), ask)


if __name__ == "__main__":
    main()
