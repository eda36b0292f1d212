# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who runs the migration, and whether the way to the nodes is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from .. import rights
from ..nodes import Node
from ..verdicts import counted, listed, with_reasons
from .findings import ANY_METHOD, OFFLINE, Check, Problem, Severity, objects
from .snapshot import Snapshot

DAEMONS = "openshift-machine-config-operator"
DAEMON = "machine-config-daemon"
#: From this many nodes on Red Hat asks for a proactive support case before the migration.
LARGE = 150
#: Operating systems that the Machine Config Operator manages, with the user core.
COREOS = ("CoreOS",)


def _rights(snapshot: Snapshot) -> Iterator[Problem]:
    missing = snapshot.missing_rights
    if missing:
        yield Problem(f"the credential lacks {counted(len(missing), 'right')}: {listed(missing)}", tuple(missing))


def _credential(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.oauth_token:
        yield Problem(
            "the credential is a token of OpenShift's OAuth server, which is looked up over the pod network and so is "
            "unknown to the API between the switch and the reboots"
        )


def _daemons(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.wanted.strategy == "ssh":
        return
    running: dict[str, int] = {}
    for pod, raw in zip(snapshot.pods, snapshot.raw_pods):
        labels = raw["metadata"].get("labels") or {}
        if pod.namespace == DAEMONS and labels.get("k8s-app") == DAEMON and DAEMON in pod.running and not pod.deleting:
            running[pod.node] = running.get(pod.node, 0) + 1
    for number, names in _by_count(snapshot.nodes, running):
        yield Problem(
            f"{counted(len(names), 'node', 'have')} {number or 'no'} running {DAEMON} pod{'s' if number > 1 else ''}: "
            f"{listed(names)}",
            objects("node", names),
            severity=_unless_ssh_follows(snapshot),
        )


def _by_count(nodes: tuple[Node, ...], running: dict[str, int]) -> Iterator[tuple[int, list[str]]]:
    counts = {node.name: running.get(node.name, 0) for node in nodes}
    for number in sorted(set(counts.values()) - {1}):
        yield number, [name for name, count in counts.items() if count == number]


def _unless_ssh_follows(snapshot: Snapshot) -> Optional[Severity]:
    """What rsh cannot do is done over ssh with the strategy rsh_then_ssh."""
    return "warn" if snapshot.wanted.strategy == "rsh_then_ssh" else None


def _exec(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.wanted.strategy == "ssh":
        return
    probes = snapshot.probes
    if probes is None:
        yield Problem("no command was run on the nodes, so it is not known whether exec works", severity="warn")
        return
    silent = [probe for probe in probes if not probe.reached]
    if silent:
        told = with_reasons((probe.node, probe.problem) for probe in silent)
        yield Problem(
            f"{counted(len(silent), 'node')} could not be asked by exec: {told}",
            objects("node", (probe.node for probe in silent)),
            severity=_unless_ssh_follows(snapshot),
        )


def _told(snapshot: Snapshot) -> Iterator[Problem]:
    # What exec does not reach is told by nodes_exec already, where it matters for the reboots.
    only_reached = snapshot.wanted.strategy == "rsh"
    dumb = [probe for probe in snapshot.probes or () if probe.problem and (probe.reached or not only_reached)]
    if dumb:
        told = with_reasons((probe.node, probe.problem) for probe in dumb)
        yield Problem(
            f"{counted(len(dumb), 'node', 'do')} not tell everything about the host's network: {told}",
            objects("node", (probe.node for probe in dumb)),
        )


def _addresses(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.wanted.strategy == "rsh":
        return
    # On the way out of the window rsh, which goes by names, is better than none.
    both = snapshot.rescue and snapshot.wanted.strategy == "rsh_then_ssh"
    severity: Optional[Severity] = "warn" if both else None
    without = [node.name for node in snapshot.nodes if not node.internal_ip]
    if without:
        yield Problem(
            f"{counted(len(without), 'node', 'have')} no InternalIP for ssh: {listed(without)}",
            objects("node", without),
            severity=severity,
        )
    for address, names in _shared(snapshot.nodes):
        yield Problem(
            f"{counted(len(names), 'node', 'have')} the same InternalIP {address}, so that ssh cannot tell one from "
            f"the other: {listed(names)}",
            objects("node", names),
            severity=severity,
        )


def _shared(nodes: tuple[Node, ...]) -> Iterator[tuple[str, list[str]]]:
    holders: dict[str, list[str]] = {}
    for node in nodes:
        if node.internal_ip:
            holders.setdefault(node.internal_ip, []).append(node.name)
    return ((address, names) for address, names in holders.items() if len(names) > 1)


def _ssh(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.wanted.strategy != "rsh":
        yield Problem(
            "whether every node answers to ssh on its InternalIP, and lets the user run sudo without a password, is "
            "not visible through the API"
        )


def _operating_system(snapshot: Snapshot) -> Iterator[Problem]:
    others = [
        (node["metadata"]["name"], image)
        for node in snapshot.raw_nodes
        for image in [((node.get("status") or {}).get("nodeInfo") or {}).get("osImage", "")]
        if not any(name in image for name in COREOS)
    ]
    if others:
        told = listed(f"{name} ({image or 'it does not tell'})" for name, image in others)
        yield Problem(
            f"{counted(len(others), 'node', 'do')} not run a CoreOS: {told}",
            objects("node", (name for name, _image in others)),
        )


def _size(snapshot: Snapshot) -> Iterator[Problem]:
    number = len(snapshot.nodes)
    if number > LARGE:
        yield Problem(f"the cluster has {number} nodes, more than {LARGE}")


def _support(snapshot: Snapshot) -> Iterator[Problem]:
    yield Problem(
        "Red Hat's documentation has at times advised against automating the offline migration with Ansible, and has "
        "later described an automation of its own; your support contract decides whether this collection is covered"
    )


CHECKS = (
    Check(
        "credential_rights",
        _rights,
        severity="block",
        methods=ANY_METHOD,
        title="The credential may do everything that the migration does.",
        remedy=f"{rights.MIGRATE}.",
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "credential_outlives_switch",
        _credential,
        severity="warn",
        methods=ANY_METHOD,
        title="The credential is not an access token of OpenShift's OAuth server.",
        remedy=(
            "Use the installer's kubeconfig (a client certificate) or the token of a service account "
            f"({rights.PAGE}); acknowledge it only when you can reboot the nodes by other means."
        ),
        acknowledge=True,
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "daemon_pods_running",
        _daemons,
        severity="block",
        methods=ANY_METHOD,
        title="Exactly one machine-config-daemon pod runs on every node (reboots over rsh).",
        remedy=f"Look at oc get pods -n {DAEMONS} -o wide, and wait until the DaemonSet is complete.",
        before_switch=True,
    ),
    Check(
        "nodes_exec",
        _exec,
        severity="block",
        methods=ANY_METHOD,
        title="A command runs in the machine-config-daemon pod of every node (reboots over rsh).",
        remedy="Repair the node or its kubelet, or reboot it over ssh (strategy ssh or rsh_then_ssh).",
    ),
    Check(
        "nodes_tell",
        _told,
        severity="warn",
        methods=ANY_METHOD,
        title="Every node tells about its host's network (interfaces, MTU, routes, rules) when it is probed.",
        remedy="Look at these nodes yourself (ip link, ip rule, ip route), then acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "nodes_addressed",
        _addresses,
        severity="block",
        methods=ANY_METHOD,
        title="Every node has an InternalIP of its own (reboots over ssh).",
        remedy=(
            "Look at oc get nodes -o wide, and mend the addresses, or reboot the nodes over rsh "
            "(cno_reboot_strategy: rsh)."
        ),
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "nodes_ssh",
        _ssh,
        severity="warn",
        methods=ANY_METHOD,
        title="Every node answers to ssh, and lets the user run sudo without a password (reboots over ssh).",
        remedy="Try it on every node (ssh core@ADDRESS sudo -n true), then acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "nodes_coreos",
        _operating_system,
        severity="warn",
        methods=ANY_METHOD,
        title="Every node runs a CoreOS, so that the Machine Config Operator configures and reboots it.",
        remedy="Plan how these nodes get their new network configuration, then acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "support_case_large_cluster",
        _size,
        severity="warn",
        methods=OFFLINE,
        title=f"A proactive support case exists for a cluster of more than {LARGE} nodes.",
        remedy="Open a proactive support case and plan a window of many hours, then acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "support_of_automation",
        _support,
        severity="info",
        methods=OFFLINE,
        title="A note on what Red Hat's documentation says about automating the migration.",
        remedy="Ask your support contact when it matters to you.",
    ),
)
