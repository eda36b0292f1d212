#!/usr/bin/python
# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_reboot
short_description: Reboot nodes in a safe order and prove that each one did
description:
  - Reboots nodes without draining them, as the offline migration of the cluster network needs it, when neither network
    plugin works and the Machine Config Operator could not drain anything.
  - A node has rebooted when its boot id is another one than before and it is Ready on it. Being Ready proves nothing,
    since a node that ignores the command is Ready, and one that has just gone down still looks so for 40 seconds.
  - Control-plane nodes are rebooted one at a time. The next one goes down only when the last one is back, the API
    answers that it is ready, and every etcd pod is Ready, one on each control-plane node. Then the other nodes follow
    in batches.
  - A node that does not come back fails the module. Others of its batch are still waited for, later batches are not
    begun unless O(max_failures) allows it. Run again, it skips the nodes that have rebooted.
  - Each node is asked itself, right before the command, whether it is still on the old boot, since the API lags behind.
  - It is made for the time between the change of the network type and the last reboot. The API may be away, and one
    that answers C(401) counts as away.
version_added: 1.0.0
author:
  - ocp_day2.ovn_migration contributors (@ocp-day2)
extends_documentation_fragment:
  - kubernetes.core.k8s_auth_options
  - ocp_day2.ovn_migration.waiting.sleep
  - ocp_day2.ovn_migration.waiting.outage
  - ocp_day2.ovn_migration.waiting.attributes
attributes:
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Nodes that are known to have rebooted are skipped. They are known from O(boot_ids), or during a migration from
        its journal in the cluster. Otherwise every run reboots every node.
options:
  nodes:
    description:
      - Names of the nodes to reboot, together with those of O(pools). When both are empty, every node is.
    type: list
    elements: str
    default: []
  pools:
    description:
      - Names of MachineConfigPools whose nodes are to be rebooted, together with O(nodes).
    type: list
    elements: str
    default: []
  strategy:
    description:
      - How a node is told. Either way it is asked first which boot it is on, and only shut down when that is the one
        that it is to leave.
      - A node that is still up on its old boot two minutes (a control-plane node, 190 seconds) after it should have
        gone down, or one and a half times as long as others took in the same run, is asked whether a shutdown is
        scheduled. When it says that none is, it is told once more, and fails when it says so after that again.
      - V(rsh) runs C(shutdown) in the node's machine-config-daemon pod, which works without a pod network.
      - V(ssh) logs in at the node's C(InternalIP) with the OpenSSH client of the machine that the module runs on, and
        runs C(sudo -n shutdown). It needs neither the API nor a pod.
      - V(rsh_then_ssh) logs in when the command could not be given in the pod, or had no effect. A host key that has
        changed, or a login that is denied, is not tried twice; it goes on with V(rsh) then.
    type: str
    choices: [rsh, ssh, rsh_then_ssh]
    default: rsh
  order:
    description:
      - V(control_plane_first) reboots the control plane one node at a time, then the other nodes in batches. The API
        stays up.
      - V(all_at_once) commands every node, the control plane last, then waits for all of them. It is quicker, and the
        API is gone for minutes.
    type: str
    choices: [control_plane_first, all_at_once]
    default: control_plane_first
  max_unavailable:
    description:
      - How many nodes of each worker pool go down together, a number, or a percentage of the pool that is rounded down.
        It is one node at least. The pools are taken side by side.
      - From 1 node, or from 1% to 100%.
      - A mapping of pools' names to such shares gives each pool its own; a pool that is not in it goes down as a whole.
      - It does not count with O(order=all_at_once), nor for the control plane.
    type: raw
    default: 100%
  delay_minutes:
    description:
      - How many minutes a node waits after the command before it goes down.
      - When it is left out, V(1) with O(order=all_at_once), so that every node has the command before the API goes, and
        otherwise V(0).
      - From 0 to 60.
    type: int
  reboot_timeout:
    description:
      - For how many seconds a node may take from the command, and its delay, until it is Ready on another boot.
      - A command that cannot be given is given again every few seconds for as long, and so is the control plane
        waited for between two of its nodes.
      - From 1 to 86400.
    type: int
    default: 1800
  boot_ids:
    description:
      - The boot ids from before, by the name of the node. A node that is on another boot is skipped, one that is not
        named here is rebooted.
      - When it is left out, see O(use_journal).
    type: dict
  use_journal:
    description:
      - Whether to take the boot ids that M(ocp_day2.ovn_migration.cno_migration) recorded in the cluster before it
        changed the network type, when that migration still waits for its reboots.
      - When such a migration has no record, today's boot ids are recorded first.
    type: bool
    default: true
  max_failures:
    description:
      - With how many failed nodes further batches are still begun. A node has failed when it has not proven its reboot
        within O(reboot_timeout), or when it cannot be commanded at all. The others of its batch are always waited for.
      - With more failures than this nothing more is begun. With V(0), the default, that is so after the first.
      - After a control-plane node that has failed no other control-plane node is commanded, whatever is allowed here,
        since two may not be down at once. Exceptions are O(order=all_at_once), and a node that could not be given the
        command and is still Ready on its old boot. The other pools go on. A control plane that does not become whole,
        once its node is back, ends the module at once.
      - The module fails in the end when any node has failed, and names each with its last known state.
      - From 0 to 10000.
    type: int
    default: 0
  approve_csrs:
    description:
      - Whether to approve pending certificate signing requests while nodes are waited for, of this cluster's own nodes
        only. A kubelet whose certificate expired while its node was down is not Ready until that is done.
      - It approves a client certificate of a kubelet (C(kubernetes.io/kube-apiserver-client-kubelet)) that the
        C(node-bootstrapper) service account or the node itself asks for, and a serving certificate
        (C(kubernetes.io/kubelet-serving)) that the node itself asks for. The subject must be a node that the cluster
        lists, in the organization C(system:nodes), with the usages of a kubelet, and a serving certificate may only
        name addresses that the cluster knows as this node's, and as no other's.
      - Anything else stays pending, and is reported in RV(pending_csrs) with what speaks against it.
      - It needs the Python library cryptography.
    type: bool
    default: false
  ssh_user:
    description:
      - Who logs in. C(sudo) must let this user shut the node down without a password, as RHCOS lets C(core).
    type: str
    default: core
  ssh_private_key_file:
    description:
      - A private key without a passphrase. When it is left out, the agent and the configuration of ssh provide one.
    type: path
  ssh_port:
    description:
      - The port of the nodes' ssh servers. When it is left out, 22, unless the configuration of ssh says otherwise.
      - From 1 to 65535.
    type: int
  ssh_jump_host:
    description:
      - A host that leads to the nodes, as C([user@]host[:port]). The user, the key, the checks of host keys and
        O(ssh_extra_args) are the same there.
    type: str
  ssh_host_key_checking:
    description:
      - V(accept_new) remembers the key of a node that is met for the first time, and refuses another one later.
      - V(strict) refuses a key that is not known yet, too.
      - V(off) checks and remembers nothing.
      - A node whose key is refused fails, and is not asked again.
    type: str
    choices: [accept_new, strict, 'off']
    default: accept_new
  ssh_known_hosts_file:
    description:
      - Where host keys are known from, and remembered. When it is left out, where ssh is configured to, usually
        C(~/.ssh/known_hosts).
    type: path
  ssh_extra_args:
    description:
      - More arguments for ssh, each an element, such as C(-F) and the path of a configuration.
    type: list
    elements: str
    default: []
  wait_sleep:
    default: 5
requirements:
  - python >= 3.9
  - kubernetes >= 24.2.0
  - cryptography (for O(approve_csrs), and to judge requests in RV(pending_csrs))
seealso:
  - module: ocp_day2.ovn_migration.cno_migration
  - module: ocp_day2.ovn_migration.pod_health
"""

EXAMPLES = r"""
- name: Reboot what the migration has not rebooted yet, control plane first
  ocp_day2.ovn_migration.node_reboot:

- name: Reboot everything at once, as the documented procedure does
  ocp_day2.ovn_migration.node_reboot:
    order: all_at_once

- name: Reboot the infra pool, a quarter of it at a time
  ocp_day2.ovn_migration.node_reboot:
    pools: [infra]
    max_unavailable: 25%
    use_journal: false

- name: Reboot by ssh through a bastion when the pods cannot be reached, and bear with two lost workers
  ocp_day2.ovn_migration.node_reboot:
    strategy: rsh_then_ssh
    ssh_private_key_file: ~/.ssh/id_ed25519_cluster
    ssh_jump_host: ops@bastion.example.com
    max_failures: 2

- name: Show what would be rebooted, in which batches
  ocp_day2.ovn_migration.node_reboot:
  check_mode: true
  register: reboots
"""

RETURN = r"""
nodes:
  description: What is known of each node. On failure too.
  returned: always, once the reboots were planned
  type: list
  elements: dict
  contains:
    node:
      description: Its name.
      type: str
    pool:
      description: The pool that configures it.
      type: str
    result:
      description:
        - V(rebooted) is proven. V(skipped) had rebooted before, without this run. V(failed) was commanded, or should
          have been, and did not prove it. V(planned) was not begun.
      type: str
    detail:
      description: What there is to say about it; for V(failed), its last known state.
      type: str
    attempts:
      description: How often it was tried to give it the command.
      type: int
    way:
      description: How it was commanded last, V(rsh) or V(ssh). Null when it was not.
      type: str
    requested_at:
      description: When the command was sent. Null when it was not.
      type: str
    down_at:
      description: When it was first seen down. Null when nobody saw it.
      type: str
    back_at:
      description: When it was first seen Ready on its new boot. Null when it was not.
      type: str
    seconds:
      description: From the command to Ready on the new boot, the delay included. Null without one of the two.
      type: float
    boot_id_before:
      description: The boot id that it was to leave. Null when that was not known yet.
      type: str
    boot_id_after:
      description: The boot id that it was last seen on. Null when it has not been looked at.
      type: str
  sample:
    - {node: worker-0, pool: worker, result: rebooted, detail: rebooted and Ready, attempts: 1,
       way: rsh, requested_at: "2026-01-01T10:00:00Z", down_at: "2026-01-01T10:00:45Z", back_at: "2026-01-01T10:03:10Z",
       seconds: 190.2, boot_id_before: 0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b,
       boot_id_after: 9a8b7c6d-5e4f-4a3b-9c2d-1e0f9a8b7c6d}
plan:
  description: The batches in their order, each a list of the names of nodes that go down together.
  returned: always, once the reboots were planned
  type: list
  elements: list
  sample: [[master-0], [master-1], [master-2], [worker-0, worker-1, worker-2]]
verdict:
  description: How it ended; in check mode V(pending) when there is something to reboot.
  returned: always, once the reboots were planned
  type: dict
  contains:
    state:
      description: V(done), V(pending) when waiting may help, or V(failed) when it does not.
      type: str
    reason:
      description: One sentence why.
      type: str
  sample: {state: done, reason: all 6 nodes rebooted and Ready}
pending_csrs:
  description:
    - The certificate signing requests that were still pending at the last look. Null when the credential may not read
      them.
  returned: always, once the reboots were planned
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    signer:
      description: Who is to sign it.
      type: str
    requestor:
      description: Who asks.
      type: str
    created_at:
      description: Since when.
      type: str
    node:
      description: The node of this cluster that it is for. Null when there is none.
      type: str
    approvable:
      description: Whether O(approve_csrs) approves it.
      type: bool
    reason:
      description: What speaks against it, or what it is.
      type: str
  sample:
    - {name: csr-7xk2p, signer: kubernetes.io/kubelet-serving, requestor: "system:node:worker-0",
       created_at: "2026-01-01T10:03:00Z", node: worker-0, approvable: true,
       reason: "a kubelet's request for node worker-0 of this cluster"}
approved_csrs:
  description: The certificate signing requests that were approved, in the form of RV(pending_csrs).
  returned: always, once the reboots were planned
  type: list
  elements: dict
story:
  description: Each different verdict on the way, with the seconds after which it was first seen.
  returned: always, once the reboots were planned
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
  returned: always, once the reboots were planned
  type: float
polls:
  description: How often the cluster was looked at in this wait.
  returned: always, once the reboots were planned
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

from typing import Any

from ..module_utils._ansible.arguments import Spec
from ..module_utils._ansible.module import Task, run
from ..module_utils._domain.reboot.plan import Shares
from ..module_utils._flows.outcome import Outcome
from ..module_utils._flows.reboot.csr import CsrApprover
from ..module_utils._flows.reboot.openssh import SshLogin
from ..module_utils._flows.reboot.plan import BootIdSource, Selection, planned
from ..module_utils._flows.reboot.rebooter import Rebooter, reboot
from ..module_utils._flows.reboot.strategies import CHOICES, strategy

ARGUMENTS: Spec = {
    "nodes": {"type": "list", "elements": "str", "default": []},
    "pools": {"type": "list", "elements": "str", "default": []},
    "strategy": {"type": "str", "choices": list(CHOICES), "default": "rsh"},
    "order": {"type": "str", "choices": ["control_plane_first", "all_at_once"], "default": "control_plane_first"},
    "max_unavailable": {"type": "raw", "default": "100%"},
    "delay_minutes": {"type": "int"},
    "reboot_timeout": {"type": "int", "default": 1800},
    "boot_ids": {"type": "dict"},
    "use_journal": {"type": "bool", "default": True},
    "max_failures": {"type": "int", "default": 0},
    "approve_csrs": {"type": "bool", "default": False},
    "ssh_user": {"type": "str", "default": "core"},
    "ssh_private_key_file": {"type": "path"},
    "ssh_port": {"type": "int"},
    "ssh_jump_host": {"type": "str"},
    "ssh_host_key_checking": {"type": "str", "choices": ["accept_new", "strict", "off"], "default": "accept_new"},
    "ssh_known_hosts_file": {"type": "path"},
    "ssh_extra_args": {"type": "list", "elements": "str", "default": []},
    "wait_sleep": {"type": "int", "default": 5},
}


def reboot_nodes(task: Task) -> Outcome:
    order = task["order"]
    delay = int(order == "all_at_once") if task["delay_minutes"] is None else task["delay_minutes"]
    way = strategy(task["strategy"], cluster=task.cluster, delay_minutes=delay, login=login(task))
    csr_approver = CsrApprover(task.cluster, task.clock, approve=task["approve_csrs"] and not task.check_mode)
    csr_approver.prepare()
    plan = planned(
        task.cluster,
        Selection(task["nodes"], task["pools"], order, shares(task["max_unavailable"])),
        BootIdSource(task["boot_ids"], use_journal=task["use_journal"], write=not task.check_mode),
        clock=task.clock,
    )
    rebooter = Rebooter(
        cluster=task.cluster,
        clock=task.clock,
        strategy=way,
        csr_approver=csr_approver,
        timeout=float(task["reboot_timeout"]),
        interval=float(task["wait_sleep"]),
        delay=delay * 60.0,
        max_failures=task["max_failures"],
    )
    return reboot(rebooter, plan, check_mode=task.check_mode)


def shares(given: Any) -> Shares:
    """YAML reads a share as a number or as a string."""
    return {str(pool): str(share) for pool, share in given.items()} if isinstance(given, dict) else str(given)


def login(task: Task) -> SshLogin:
    return SshLogin(
        user=task["ssh_user"],
        private_key_file=task["ssh_private_key_file"],
        port=task["ssh_port"],
        jump_host=task["ssh_jump_host"],
        host_key_checking=task["ssh_host_key_checking"],
        known_hosts_file=task["ssh_known_hosts_file"],
        extra_args=task["ssh_extra_args"],
    )


def main() -> None:
    run(ARGUMENTS, reboot_nodes, tolerate_unauthorized=True)


if __name__ == "__main__":
    main()
