#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mcp_wait
short_description: Wait until MachineConfigPools really run the wanted configuration
description:
  - Waits until pools are in a wanted condition. C(Updated=True) alone is also true before a rollout has begun, so a
    pool counts as V(updated) only when every one of its nodes runs the configuration that the pool is to run, is
    Ready and not cordoned, the pool has noticed, and, with O(network_type), that configuration boots for that network.
  - A degraded pool, and a paused one that has something to do, end the wait early, with the reason and the end of the
    log of the machine-config-daemon on the node in the way. Not so a pool whose degraded nodes are going to be given
    another configuration, as on the way back from a migration that they could not take - they try again by themselves.
  - While a pool is degraded the Machine Config Operator renders no change of the network, for ten minutes for each
    control-plane node. The reason says so when that is waited for.
  - It never writes.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.waiting
  - ocp_day2.ovn_migration.waiting.sleep
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.failure_grace
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: N/A
options:
  names:
    description:
      - The pools to wait for; all of them when empty, the custom ones too. A pool without machines is done at once.
    type: list
    elements: str
    default: []
  wait_condition:
    description:
      - V(updated) waits for the end of a rollout, V(updating) for its beginning, V(paused) until the pools are paused
        and, with O(network_type), have a configuration for it pending.
    type: str
    choices: [updated, updating, paused]
    default: updated
  network_type:
    description:
      - The network type that the configuration has to boot for, which is how a rollout for a migration is told from the
        one before.
      - It is the argument of C(configure-ovs.sh) in the enabled unit C(ovs-configuration.service).
    type: str
    choices: [OVNKubernetes, OpenShiftSDN]
  stall_timeout:
    description:
      - Fail when nothing has moved, on any node of the pools, for this many seconds. V(0) means never.
      - The default is longer than the hour after which the machine-config-daemon gives up draining a node.
      - From 0 to 604800.
    type: int
    default: 4200
  wait_timeout:
    description:
      - How many seconds to wait for the wanted state before the module fails.
      - When it is left out, 600 for each machine of the largest pool, and 2700 at least. When a pool is degraded at the
        beginning, 600 more for each machine of the pool C(master), for which the Machine Config Operator may wait
        before it renders anything.
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.cno_migration
"""

EXAMPLES = r"""
- name: Wait until every node of every pool is ready for OVN-Kubernetes
  ocp_day2.ovn_migration.mcp_wait:
    network_type: OVNKubernetes

- name: Wait for one pool, for an hour at most
  ocp_day2.ovn_migration.mcp_wait:
    names: [infra]
    wait_timeout: 3600
"""

RETURN = r"""
verdict:
  description: How the pools stand to the wanted condition.
  returned: always, except when a name is refused
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: all 2 pools are updated}
pools:
  description:
    - The pools as they were last seen, in the form of RV(ocp_day2.ovn_migration.cno_migration_info#module:pools).
  returned: always, except when a name is refused
  type: list
  elements: dict
log_tails:
  description: The last lines of the machine-config-daemon on the first unfinished node of each pool, by node.
  returned: when the wait ends without success
  type: dict
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, except when a name is refused
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
  returned: always, except when a name is refused
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, except when a name is refused
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

from ..module_utils._ansible.arguments import Spec, failure_grace, merge, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._domain.networks import OVN, SDN
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.pools.wait import default_timeout, wait_for_pools

ARGUMENTS: Spec = {
    "names": {"type": "list", "elements": "str", "default": []},
    "wait_condition": {"type": "str", "choices": ["updated", "updating", "paused"], "default": "updated"},
    "network_type": {"type": "str", "choices": [OVN, SDN]},
    "stall_timeout": {"type": "int", "default": 4200},
}


def wait(task: Task) -> Outcome:
    given = task["wait_timeout"]
    return wait_for_pools(
        task.cluster,
        task.waiter(
            timeout=default_timeout(task.cluster) if given is None else float(given),
            failure_grace=float(task["failure_grace"]),
        ),
        names=task["names"],
        state=task["wait_condition"],
        network_type=task["network_type"],
        stall_timeout=float(task["stall_timeout"]),
    )


def main() -> None:
    run(merge(ARGUMENTS, waiting(), failure_grace()), wait)


if __name__ == "__main__":
    main()
