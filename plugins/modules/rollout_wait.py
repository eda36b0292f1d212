#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_wait
short_description: Wait until a DaemonSet or a Deployment has finished its rollout
description:
  - Waits until the controller has observed the newest generation, and all pods are updated and available, as
    C(oc rollout status) does.
  - It never waits for a change, since there may be none. From OpenShift 4.14 the DaemonSet C(multus) does not roll
    when the network type changes.
  - An object that does not exist is waited for. A Deployment that has exceeded its progress deadline ends the wait
    early. Pods in error, such as C(CrashLoopBackOff), are named.
  - A DaemonSet that is scheduled on no node at all has not finished.
  - It may be used between the change of the network type and the last reboot, when tokens cannot always be verified.
    An API that answers C(401) counts as away there.
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
  kind:
    description:
      - What kind of object it is.
    type: str
    choices: [DaemonSet, Deployment]
    default: DaemonSet
  namespace:
    description:
      - The namespace of the object.
    type: str
    required: true
  name:
    description:
      - The name of the object. Either this or O(workloads) is needed.
    type: str
  workloads:
    description:
      - Several objects of the namespace, to be waited for at once. O(wait_timeout) holds for all of them together.
    type: list
    elements: dict
    suboptions:
      kind:
        description:
          - What kind of object it is.
        type: str
        choices: [DaemonSet, Deployment]
        default: DaemonSet
      name:
        description:
          - The name of the object.
        type: str
        required: true
  stable_for:
    description:
      - Seconds without a break that the rollout has to be finished. From OpenShift 4.14 the pods of multus are
        available for 45 seconds at a time while they wait for the new network plugin.
      - From 0 to 86400.
    type: int
    default: 0
  silent_nodes:
    description:
      - Whether to wait also for nodes that are C(Ready=Unknown), since nobody has heard of their kubelet for a while.
        Nothing becomes available there.
      - With V(false) they are left out, and told in the verdict. A node that is only not Ready is waited for; it is up.
    type: bool
    default: true
  wait_timeout:
    default: 300
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.co_health
"""

EXAMPLES = r"""
- name: Wait until multus runs everywhere
  ocp_day2.ovn_migration.rollout_wait:
    namespace: openshift-multus
    name: multus
    stable_for: 60

- name: Wait for a deployment
  ocp_day2.ovn_migration.rollout_wait:
    kind: Deployment
    namespace: openshift-ovn-kubernetes
    name: ovnkube-control-plane
    wait_timeout: 600

- name: Wait for both parts of OVN-Kubernetes
  ocp_day2.ovn_migration.rollout_wait:
    namespace: openshift-ovn-kubernetes
    workloads:
      - name: ovnkube-node
      - name: ovnkube-control-plane
        kind: Deployment
"""

RETURN = r"""
verdict:
  description: How the rollout stands.
  returned: always, once the object could be asked for
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: "DaemonSet openshift-multus/multus: all 6 pods updated and available"}
rollout:
  description: The counts as they were last seen, of the first of O(workloads); null when there is no such object.
  returned: always, once the object could be asked for
  type: dict
  contains:
    generation:
      description: The generation of the object.
      type: int
    observed_generation:
      description: The generation that its controller has seen.
      type: int
    desired:
      description: How many pods there are to be.
      type: int
    updated:
      description: How many pods are of the newest generation.
      type: int
    available:
      description: How many pods are available.
      type: int
rollouts:
  description: The same for each object.
  returned: always, once the object could be asked for
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
    name:
      description: Its name.
      type: str
    rollout:
      description: Its counts, in the form of RV(rollout); null when there is no such object.
      type: dict
pods:
  description:
    - Pods of an unfinished rollout that are in error, in the form of
      RV(ocp_day2.ovn_migration.pod_health#module:pods).
  returned: always, once the object could be asked for
  type: list
  elements: dict
nodes_left_out:
  description: The nodes that are not waited for.
  returned: always, once the object could be asked for
  type: list
  elements: str
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, once the object could be asked for
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
  returned: always, once the object could be asked for
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, once the object could be asked for
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
from ..module_utils._flows.health.rollout import KINDS, Workload, wait_for_rollouts
from ..module_utils._flows.outcome import Outcome

KIND = {"type": "str", "choices": list(KINDS), "default": "DaemonSet"}
ARGUMENTS: Spec = {
    "kind": KIND,
    "namespace": {"type": "str", "required": True},
    "name": {"type": "str"},
    "workloads": {
        "type": "list",
        "elements": "dict",
        "options": {"kind": KIND, "name": {"type": "str", "required": True}},
    },
    "stable_for": {"type": "int", "default": 0},
    "silent_nodes": {"type": "bool", "default": True},
}
ONE_OR_SEVERAL = [("name", "workloads")]


def wait(task: Task) -> Outcome:
    wanted = task["workloads"] or [{"kind": task["kind"], "name": task["name"]}]
    workloads = [Workload(one["kind"], task["namespace"], one["name"]) for one in wanted]
    waiter = task.waiter(stable_for=float(task["stable_for"]), failure_grace=float(task["failure_grace"]))
    return wait_for_rollouts(task.cluster, waiter, workloads, silent_nodes=task["silent_nodes"])


def main() -> None:
    run(
        merge(ARGUMENTS, waiting(timeout=300), failure_grace()),
        wait,
        tolerate_unauthorized=True,
        module_options={"required_one_of": ONE_OR_SEVERAL, "mutually_exclusive": ONE_OR_SEVERAL},
    )


if __name__ == "__main__":
    main()
