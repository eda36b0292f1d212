#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_preflight
short_description: Find out whether a cluster can be migrated to another network plugin
description:
  - Looks once at everything that decides over an offline migration, makes all checks on what it has seen, and returns
    what it found, with a remedy each. C(docs/preflight.md) of the collection lists the checks.
  - The settings that the migration is going to have are judged as well, as the Cluster Network Operator would judge
    them later.
  - A finding stops the migration when its severity is V(block), or when it wants to be acknowledged and has not been.
    What no API can answer, such as whether a backup of etcd was taken, is a finding that wants to be acknowledged.
  - What cannot be read is never a pass. Every check that needs it becomes a blocker then, which only O(skip) gets past.
  - It does not fail because of findings; the role C(cno_preflight) does. It fails when the API as a whole cannot be
    read, and when it is asked for checks that do not exist.
  - It never writes, and O(lock_holder) makes no difference to it.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.migration.features
  - ocp_day2.ovn_migration.migration.settings
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: N/A
options:
  method:
    description:
      - V(offline) is the migration from OpenShiftSDN to OVN-Kubernetes, V(rollback) the way back.
    type: str
    choices: [offline, rollback]
    default: offline
  external_networks:
    description:
      - Networks outside of the cluster that its pods talk to, in CIDR notation, or single addresses. None of them may
        lie in a subnet that the cluster takes for itself.
    type: list
    elements: str
    default: []
  api_services_ignore:
    description:
      - Names of C(APIService) objects that may be away, as in M(ocp_day2.ovn_migration.co_health). They are told.
    type: list
    elements: str
    default: []
  strategy:
    description:
      - How the nodes are going to be rebooted, as in M(ocp_day2.ovn_migration.node_reboot). Each way has its checks.
    type: str
    choices: [rsh, ssh, rsh_then_ssh]
    default: rsh
  probe:
    description:
      - Whether to run one command in the machine-config-daemon pod of every node (C(ip address), C(ip rule),
        C(ip route), C(sysctl)). It shows that exec works, and tells what no API does.
      - No command is run in check mode.
    type: bool
    default: true
  acknowledge:
    description:
      - Ids of findings that you know about and take upon yourself. The finding stays, but it no longer stops the
        migration.
      - Only findings that want it can be acknowledged; what is broken has to be mended. An id without a finding does
        no harm.
    type: list
    elements: str
    default: []
  skip:
    description:
      - Ids of checks that are not made.
    type: list
    elements: str
    default: []
  severities:
    description:
      - Severities in place of the checks' own, as a dictionary of ids to V(block), V(warn) or V(info). Findings that
        get V(warn) or V(info) here no longer want to be acknowledged.
    type: dict
    default: {}
  custom_checks:
    description:
      - Checks of your own, on objects of any kind. Each is a dictionary of strings.
      - C(id), the name of the check in lower_snake words, for O(acknowledge), O(skip) and O(severities).
      - C(kind) and C(api_version) of the objects, such as C(Deployment) and C(apps/v1). The kind is looked up in what
        the API serves, which needs the Python package C(openshift).
      - C(query), a JMESPath that selects what is wrong. It is evaluated on an object whose C(items) are all objects of
        the kind, of all namespaces. There is a finding when the result is neither null, false, zero nor empty. Names
        of objects, or objects, make the best results.
      - C(message), what the finding says, as a sentence without full stop. The result of the query is put behind it.
      - C(severity) of the finding, V(block) when it is left out, V(warn) or V(info).
    type: list
    elements: dict
    default: []
  moment:
    description:
      - V(begin) makes all checks, before anything has begun.
      - V(switch) makes those whose answer can have changed since, on a cluster that is prepared, right before the
        network type is changed. It runs no command on the nodes.
    type: str
    choices: [begin, switch]
    default: begin
  wait_timeout:
    description:
      - For how many seconds to look again as long as something stops the migration; an operator may just be settling.
      - It does not fail when something still does then, in check mode it looks once.
      - From 0 to 604800.
    type: int
    default: 0
  wait_sleep:
    description:
      - How many seconds lie between two looks at most.
      - From 1 to 600.
    type: int
    default: 10
  api_outage_timeout:
    default: 30
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
  - jmespath >= 1.0.1 (for O(custom_checks))
seealso:
  - module: ocp_day2.ovn_migration.cno_migration
  - module: ocp_day2.ovn_migration.cno_migration_info
"""

EXAMPLES = r"""
- name: See what stands in the way of a migration with these settings
  ocp_day2.ovn_migration.migration_preflight:
    ovn:
      mtu: 8900
      join_subnet: 100.65.0.0/16
    acknowledge: [etcd_backup, tunnel_port_open]
  register: preflight

- name: Stop when something does
  ansible.builtin.assert:
    that: preflight.blockers == 0
    fail_msg: "{{ preflight.verdict.reason }}"

- name: Look for databases that are not whole, too
  ocp_day2.ovn_migration.migration_preflight:
    custom_checks:
      - id: databases_whole
        kind: StatefulSet
        api_version: apps/v1
        query: "items[?metadata.labels.tier == 'database' && status.readyReplicas != spec.replicas].metadata.name"
        message: These databases lack replicas
        severity: warn
"""

RETURN = r"""
verdict:
  description: Whether the migration may begin.
  returned: success
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: failed, reason: "2 findings stop the migration: nodes_ready, etcd_backup"}
findings:
  description: What was found. What stops the migration comes first, then the rest by severity.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the check.
      type: str
    severity:
      description: V(block), V(warn) or V(info), after O(severities).
      type: str
    blocking:
      description: Whether the finding stops the migration.
      type: bool
    acknowledge:
      description: Whether the finding wants to be acknowledged.
      type: bool
    acknowledged:
      description: Whether it has been.
      type: bool
    unreadable:
      description: Whether the check could not be made, because something could not be read.
      type: bool
    message:
      description: What was seen, on what.
      type: str
    remedy:
      description: What to do about it.
      type: str
    objects:
      description: All objects concerned, as C(kind/name) or C(kind/namespace/name).
      type: list
      elements: str
  sample:
    - id: nodes_schedulable
      severity: block
      blocking: true
      acknowledge: false
      acknowledged: false
      unreadable: false
      message: "1 node is cordoned: worker-1"
      remedy: "Uncordon them: oc adm uncordon NAME."
      objects: [node/worker-1]
table:
  description:
    - The findings as lines for people, in aligned columns. A line that begins with C(!) is a finding that stops the
      migration.
  returned: success
  type: list
  elements: str
blockers:
  description: How many findings stop the migration.
  returned: success
  type: int
counts:
  description: How many findings there are of each severity.
  returned: success
  type: dict
  sample: {block: 1, warn: 3, info: 4}
checks:
  description: How many checks were made.
  returned: success
  type: int
checks_skipped:
  description: Ids of the checks that were not made.
  returned: success
  type: list
  elements: str
method:
  description: The method that was judged.
  returned: success
  type: str
target:
  description: The network type that it leads to.
  returned: success
  type: str
requests:
  description:
    - How many requests it took to look at the cluster, with one for each node that was probed. Those that only ask
      whether a kind, or a namespace, that may not be read exists do not count, nor those that ask why something is not
      served.
  returned: success
  type: int
problems:
  description: What is wrong with the request itself.
  returned: when O(acknowledge), O(skip), O(severities) or O(custom_checks) cannot be followed
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
outage_budget_seconds:
  description: For how long the API may be away, as O(api_outage_timeout) says.
  returned: on failure, when it was away for longer
  type: float
"""

from ..module_utils._ansible.arguments import SETTINGS, Spec, waiting
from ..module_utils._ansible.module import Task, run
from ..module_utils._domain.migration.settings import Settings
from ..module_utils._domain.networks import OVN, SDN
from ..module_utils._domain.preflight.choices import Choices
from ..module_utils._domain.preflight.snapshot import Wanted
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.preflight.checks import preflight_within
from ..module_utils._flows.reboot.strategies import CHOICES

TARGETS = {"offline": OVN, "rollback": SDN}
ARGUMENTS: Spec = {
    "method": {"type": "str", "choices": [*TARGETS], "default": "offline"},
    **SETTINGS,
    "external_networks": {"type": "list", "elements": "str", "default": []},
    "api_services_ignore": {"type": "list", "elements": "str", "default": []},
    "strategy": {"type": "str", "choices": list(CHOICES), "default": "rsh"},
    "probe": {"type": "bool", "default": True},
    "acknowledge": {"type": "list", "elements": "str", "default": []},
    "skip": {"type": "list", "elements": "str", "default": []},
    "severities": {"type": "dict", "default": {}},
    "custom_checks": {"type": "list", "elements": "dict", "default": []},
    "moment": {"type": "str", "choices": ["begin", "switch"], "default": "begin"},
    "api_outage_timeout": {"type": "int", "default": 30},
    **waiting(timeout=0),
}


def look(task: Task) -> Outcome:
    wanted = Wanted(
        method=task["method"],
        target=TARGETS[task["method"]],
        settings=Settings.from_params(task.params),
        strategy=task["strategy"],
        probe=task["probe"] and not task.check_mode and task["moment"] == "begin",
        rehearsal=task["probe"] and task.check_mode,
        external_networks=tuple(task["external_networks"]),
        api_services_ignore=frozenset(task["api_services_ignore"]),
        moment=task["moment"],
    )
    return preflight_within(task.cluster, wanted, Choices.from_params(task.params), task.waiter())


def main() -> None:
    run(ARGUMENTS, look, keeps_lock=False)


if __name__ == "__main__":
    main()
