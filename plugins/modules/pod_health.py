#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_health
short_description: Wait until no pod is in error that was not in error before
description:
  - A pod is in error when it has failed, when its state is unknown, when it cannot be scheduled, or when one of its
    containers waits in C(CrashLoopBackOff), C(ImagePullBackOff), C(CreateContainerError), C(RunContainerError) or
    the like. So is one that its node does not get started, or Ready, within O(start_grace).
  - A pod that has failed does not count when nobody misses it. Its Deployment has its replicas, its Job has come to its
    end or has an attempt under way in place of one that the node ended, or other pods of its controller are Ready. The
    installers of static pods, which have no controller, do not count while their cluster operator is healthy. Nor do
    pods that a graceful node shutdown ended and whose controller has replaced them, and pods that are being deleted.
  - Pods that are starting at the first look are waited for. Those that come later count once they are in error.
  - After the reboots of a migration, a node whose pods do not start is to be rebooted once more; RV(reboot_may_help)
    names it.
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
  namespaces:
    description:
      - The namespaces to look at; all of them when empty. One that does not exist is an error.
    type: list
    elements: str
    default: []
  ignore_namespaces:
    description:
      - Namespaces whose pods do not count.
    type: list
    elements: str
    default: []
  baseline:
    description:
      - Pods whose error is known, each as C(namespace/name); RV(in_error) of an earlier run is such a list.
        The pods that their ReplicaSet, DaemonSet or Job has put in their place, under other names, are known as well.
    type: list
    elements: str
    default: []
  baseline_of:
    description:
      - The target of a migration. The pods that were in error when its backup was made
        (M(ocp_day2.ovn_migration.migration_backup)) are known, too. It is no error when there is no backup.
    type: str
    choices: [OVNKubernetes, OpenShiftSDN]
  start_grace:
    description:
      - Seconds that a pod may take until it is Ready, since it was created or its node went down. From then on it is in
        error.
      - From 0 to 86400.
    type: int
    default: 300
  wait:
    description:
      - Whether to wait until no pod is in error. With V(false) the module looks once, and never fails for what it sees.
    type: bool
    default: true
  wait_timeout:
    default: 900
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
seealso:
  - module: ocp_day2.ovn_migration.co_health
  - module: ocp_day2.ovn_migration.node_reboot
"""

EXAMPLES = r"""
- name: Note which pods are in error before anything is done
  ocp_day2.ovn_migration.pod_health:
    wait: false
  register: before

- name: Wait until no other pods are in error
  ocp_day2.ovn_migration.pod_health:
    baseline: "{{ before.in_error }}"

- name: Wait until no pods are in error but those that were before the migration
  ocp_day2.ovn_migration.pod_health:
    baseline_of: OVNKubernetes
"""

RETURN = r"""
verdict:
  description: Whether pods are in error.
  returned: always, once the pods could be read
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: pending, reason: "1 pods in error: openshift-dns/dns-default-x7k2p on worker-1 (CrashLoopBackOff)"}
pods:
  description: The pods in error that were not known before, by node.
  returned: always, once the pods could be read
  type: list
  elements: dict
  contains:
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    node:
      description: The node that it runs on; empty when no node has taken it.
      type: str
    reason:
      description: What is wrong with it.
      type: str
by_node:
  description:
    - The same pods as C(namespace/name), by the name of the node. Pods without a node stand under the empty name.
  returned: always, once the pods could be read
  type: dict
  sample: {worker-1: [openshift-dns/dns-default-x7k2p]}
reboot_may_help:
  description:
    - The nodes that hold pods of RV(pods) which a reboot may mend. A pod that has failed for good is none of them, nor
      is one whose image or configuration is wrong.
  returned: always, once the pods could be read
  type: list
  elements: str
  sample: [worker-1]
in_error:
  description: All pods in error as C(namespace/name), those of O(baseline) too.
  returned: always, once the pods could be read
  type: list
  elements: str
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, once the pods could be read
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
  returned: always, once the pods could be read
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, once the pods could be read
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
from ..module_utils._domain.health.pods import START_GRACE
from ..module_utils._domain.networks import TYPES
from ..module_utils._flows.backup.make import pods_before
from ..module_utils._flows.health.pods import wait_for_pods
from ..module_utils._flows.outcome import Outcome

ARGUMENTS: Spec = {
    "namespaces": {"type": "list", "elements": "str", "default": []},
    "ignore_namespaces": {"type": "list", "elements": "str", "default": []},
    "baseline": {"type": "list", "elements": "str", "default": []},
    "baseline_of": {"type": "str", "choices": list(TYPES)},
    "start_grace": {"type": "int", "default": START_GRACE},
    "wait": {"type": "bool", "default": True},
}


def wait(task: Task) -> Outcome:
    return wait_for_pods(
        task.cluster,
        task.waiter(once=not task["wait"]),
        namespaces=task["namespaces"],
        ignore_namespaces=task["ignore_namespaces"],
        baseline=[*task["baseline"], *_saved(task)],
        start_grace=task["start_grace"],
    )


def _saved(task: Task) -> list[str]:
    return pods_before(task.cluster, target=task["baseline_of"]) if task["baseline_of"] else []


def main() -> None:
    run(merge(ARGUMENTS, waiting(timeout=900)), wait)


if __name__ == "__main__":
    main()
