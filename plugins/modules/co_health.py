#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: co_health
short_description: Wait until the ClusterOperators are healthy, and stay so
description:
  - An operator is healthy when it says C(Available=True), C(Progressing=False) and C(Degraded=False).
    A condition that it does not report is not healthy.
  - Operators are unhealthy for many minutes while a cluster settles, so an unhealthy one is waited for until time
    is up. The error then names every operator that is not healthy, with its condition, reason and message.
  - An empty list of operators, and an operator that does not exist, are never healthy.
  - Do not judge operators between the change of the network type and the last reboot. Most of them are unhealthy
    there, and it means nothing.
  - It never writes.
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
  names:
    description:
      - The ClusterOperators that count; all of them when empty.
    type: list
    elements: str
    default: []
  ignore:
    description:
      - ClusterOperators that do not count, whether they exist or not.
    type: list
    elements: str
    default: []
  stable_for:
    description:
      - For how many seconds everything has to stay healthy, seen at two looks at least.
        Operators flap while a cluster settles.
      - From 0 to 86400.
    type: int
    default: 0
  api_services:
    description:
      - Whether every C(APIService) has to be C(Available), too.
        Namespaces cannot be deleted while one of them is not.
    type: bool
    default: false
  api_services_ignore:
    description:
      - Names of C(APIService) objects that may be away, such as V(v1beta1.external.metrics.k8s.io). Those that are, and
        names that no C(APIService) has, are told in warnings.
      - A namespace that is deleted stays in C(Terminating) as long as one of them is away.
    type: list
    elements: str
    default: []
  failure_grace:
    description:
      - End the wait early when operators have been C(Degraded) for this many seconds without a break.
      - When it is left out, a degraded operator is waited for like any other.
      - From 0 to 86400.
    type: int
  wait_timeout:
    description:
      - How many seconds to wait before the module fails.
      - When it is left out, the environment variable E(OVN_SDN_MIGRATION_TIMEOUT) is taken, a duration such as
        C(900s), C(15m) or C(1h30m), where C(0s) means that it is not set; and without that, 1200 seconds.
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.pod_health
  - module: ocp_day2.ovn_migration.rollout_wait
"""

EXAMPLES = r"""
- name: Wait until all operators have been healthy for a minute
  ocp_day2.ovn_migration.co_health:
    stable_for: 60

- name: See whether it is safe to delete a namespace
  ocp_day2.ovn_migration.co_health:
    api_services: true
    wait_timeout: 2700

- name: Wait for the network operator only, and give up when it has been degraded for two minutes
  ocp_day2.ovn_migration.co_health:
    names: [network]
    failure_grace: 120
"""

RETURN = r"""
verdict:
  description: Whether all is healthy.
  returned: always, once the operators could be read
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: 33 operators are healthy}
operators:
  description: The operators that count, as they were last seen.
  returned: always, once the operators could be read
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    version:
      description: The version that it has reached.
      type: str
    available:
      description: The status of its condition C(Available).
      type: str
    progressing:
      description: The status of its condition C(Progressing).
      type: str
    degraded:
      description: The status of its condition C(Degraded).
      type: str
    healthy:
      description: Whether all three are as they should be.
      type: bool
    reason:
      description: The reason of the first condition that is not.
      type: str
    message:
      description: The message of the first condition that is not.
      type: str
  sample:
    - {name: dns, version: 4.14.31, available: "True", progressing: "False", degraded: "True", healthy: false,
       reason: DNSDegraded, message: DNS default is degraded}
unavailable_api_services:
  description: The C(APIService) objects that are not available, those of O(api_services_ignore), too.
  returned: when O(api_services=true)
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    reason:
      description: The reason of its condition C(Available).
      type: str
    message:
      description: The message of that condition.
      type: str
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, once the operators could be read
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
  returned: always, once the operators could be read
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, once the operators could be read
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

import os

from ..module_utils._ansible.arguments import Spec, merge, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._flows.health.operators import TIMEOUT_VARIABLE, health_timeout, wait_for_health
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "names": {"type": "list", "elements": "str", "default": []},
    "ignore": {"type": "list", "elements": "str", "default": []},
    "stable_for": {"type": "int", "default": 0},
    "api_services": {"type": "bool", "default": False},
    "api_services_ignore": {"type": "list", "elements": "str", "default": []},
    "failure_grace": {"type": "int"},
}


def wait(task: Task) -> Outcome:
    grace = task["failure_grace"]
    return wait_for_health(
        task.cluster,
        task.waiter(
            timeout=health_timeout(task["wait_timeout"], variable=os.environ.get(TIMEOUT_VARIABLE, "")),
            stable_for=float(task["stable_for"]),
            failure_grace=float(grace or 0),
        ),
        names=task["names"],
        ignore=task["ignore"],
        api_services=task["api_services"],
        api_services_ignore=task["api_services_ignore"],
        degraded_fails=grace is not None,
    )


def main() -> None:
    run(merge(ARGUMENTS, waiting()), wait)


if __name__ == "__main__":
    main()
