# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NETWORK_OPERATOR, NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.access import BY_KIND
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.clean import clean_cluster, execution_of, findings, seen
from ansible_collections.ocp_day2.ovn_migration.tests.unit.situations import NODES

DAEMONS = "openshift-machine-config-operator"
BROKEN = Execution(exit_code=None, output="the stream broke off")


def told(name, cluster, **wanted):
    return [(f.severity, f.message, f.objects) for f in findings(name, seen(cluster, **wanted))]


def test_missing_rights_are_named():
    cluster = clean_cluster()
    cluster.denied = {"* *.*", "patch networks.config.openshift.io cluster", "delete namespaces openshift-sdn"}
    assert told("credential_rights", cluster) == [
        (
            "block",
            "the credential lacks 2 rights: patch networks.config.openshift.io cluster, "
            "delete namespaces openshift-sdn",
            ("patch networks.config.openshift.io cluster", "delete namespaces openshift-sdn"),
        )
    ]


def test_whoever_may_do_everything_is_asked_once():
    cluster = clean_cluster()
    assert told("credential_rights", cluster) == []
    assert len(cluster.made("rules")) == 1
    assert cluster.made("allowed") == []


@pytest.mark.parametrize(("oauth", "severities"), [(False, []), (True, ["warn"])], ids=["certificate", "OAuth token"])
def test_the_credential(oauth, severities):
    cluster = clean_cluster()
    cluster.oauth = oauth
    found = findings("credential_outlives_switch", seen(cluster))
    assert [(f.severity, f.blocking) for f in found] == [(severity, True) for severity in severities]


def no_daemon(cluster):
    cluster.remove(POD, "machine-config-daemon-w1", namespace=DAEMONS)


def stopped_daemon(cluster):
    cluster.put(POD, objects.daemon_pod("w1", suffix="w1", waiting="CrashLoopBackOff"))


def two_daemons(cluster):
    cluster.put(POD, objects.daemon_pod("w1", suffix="other"))


def leaving_daemon(cluster):
    cluster.put(POD, objects.daemon_pod("w1", suffix="other", deleting=True))


@pytest.mark.parametrize(
    ("change", "strategy", "expected"),
    [
        pytest.param(no_daemon, "rsh", [("block", "1 node has no running machine-config-daemon pod: w1")], id="none"),
        pytest.param(
            stopped_daemon, "rsh", [("block", "1 node has no running machine-config-daemon pod: w1")], id="crashing"
        ),
        pytest.param(two_daemons, "rsh", [("block", "1 node has 2 running machine-config-daemon pods: w1")], id="two"),
        pytest.param(leaving_daemon, "rsh", [], id="one of two is leaving"),
        pytest.param(
            no_daemon, "rsh_then_ssh", [("warn", "1 node has no running machine-config-daemon pod: w1")], id="ssh after"
        ),
        pytest.param(no_daemon, "ssh", [], id="not needed"),
    ],
)
def test_one_daemon_runs_on_every_node(change, strategy, expected):
    cluster = clean_cluster()
    change(cluster)
    found = told("daemon_pods_running", cluster, strategy=strategy)
    assert [(severity, message) for severity, message, _objects in found] == expected


@pytest.mark.parametrize(("strategy", "severities"), [("rsh", ["block"]), ("rsh_then_ssh", ["warn"]), ("ssh", [])])
def test_exec_has_to_work_where_it_is_the_way(strategy, severities):
    cluster = clean_cluster()
    execution_of("w1", BROKEN, cluster)
    found = findings("nodes_exec", seen(cluster, strategy=strategy))
    assert [finding.severity for finding in found] == severities
    assert all("w1 (the stream broke off)" in finding.message and finding.objects == ("node/w1",) for finding in found)


@pytest.mark.parametrize(("strategy", "told_twice"), [("rsh", False), ("rsh_then_ssh", True), ("ssh", True)])
def test_what_exec_does_not_reach_is_told_once_where_it_blocks(strategy, told_twice):
    cluster = clean_cluster()
    execution_of("w1", BROKEN, cluster)
    assert bool(findings("nodes_tell", seen(cluster, strategy=strategy))) is told_twice


def test_a_node_that_tells_half():
    cluster = clean_cluster()
    execution_of(
        "w1", Execution(exit_code=0, output="==interfaces\nsh: ip: command not found\n==forwarding\n1\n"), cluster
    )
    assert findings("nodes_exec", seen(cluster)) == []
    (finding,) = findings("nodes_tell", seen(cluster))
    assert (finding.severity, finding.blocking, finding.objects) == ("warn", True, ("node/w1",))
    assert "w1 (it does not tell its interfaces, rules, routes: " in finding.message


def test_nobody_is_asked_without_probe():
    cluster = clean_cluster()
    snapshot = seen(cluster, probe=False)
    assert cluster.made("execute") == []
    assert [(f.severity, f.blocking) for f in findings("nodes_exec", snapshot)] == [("warn", False)]
    assert findings("nodes_tell", snapshot) == []


@pytest.mark.parametrize(("strategy", "ids"), [("rsh", []), ("ssh", ["w1"]), ("rsh_then_ssh", ["w1"])])
def test_ssh_needs_addresses(strategy, ids):
    cluster = clean_cluster()
    cluster.change(NODE, "w1", {"status": {"addresses": [{"type": "Hostname", "address": "w1"}]}})
    found = findings("nodes_addressed", seen(cluster, strategy=strategy))
    assert [finding.objects for finding in found] == [(f"node/{name}",) for name in ids]
    assert all(finding.severity == "block" for finding in found)


@pytest.mark.parametrize(("strategy", "severities"), [("rsh", []), ("ssh", ["block"]), ("rsh_then_ssh", ["block"])])
def test_ssh_needs_an_address_for_each_node(strategy, severities):
    cluster = clean_cluster()
    address = {"type": "InternalIP", "address": "192.0.2.77"}
    for name in ("w0", "w1"):
        cluster.change(NODE, name, {"status": {"addresses": [address, {"type": "Hostname", "address": name}]}})
    found = findings("nodes_addressed", seen(cluster, strategy=strategy))
    assert [finding.severity for finding in found] == severities
    for finding in found:
        assert finding.message.startswith("2 nodes have the same InternalIP 192.0.2.77")
        assert finding.objects == ("node/w0", "node/w1")
        assert "cno_reboot_strategy: rsh" in finding.remedy


@pytest.mark.parametrize(("strategy", "blocking"), [("ssh", True), ("rsh_then_ssh", False)])
def test_in_the_window_rsh_goes_without_addresses(strategy, blocking):
    cluster = clean_cluster("rollback")
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"networkType": "OVNKubernetes"}}})
    address = {"type": "InternalIP", "address": "192.0.2.77"}
    for name in ("w0", "w1"):
        cluster.change(NODE, name, {"status": {"addresses": [address]}})
    cluster.change(NODE, "m0", {"status": {"addresses": []}})
    found = findings("nodes_addressed", seen(cluster, method="rollback", strategy=strategy))
    assert [finding.blocking for finding in found] == [blocking] * 2


@pytest.mark.parametrize(("strategy", "wants"), [("rsh", False), ("ssh", True), ("rsh_then_ssh", True)])
def test_ssh_has_to_be_tried_by_the_user(strategy, wants):
    found = findings("nodes_ssh", seen(clean_cluster(), strategy=strategy))
    assert [(f.severity, f.acknowledge) for f in found] == ([("warn", True)] if wants else [])


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("Red Hat Enterprise Linux CoreOS 412.86.202310170023-0 (Ootpa)", None),
        ("Fedora CoreOS 37.20230218.3.0", None),
        ("CentOS Stream CoreOS 414.9.202401231453-0", None),
        (
            "Red Hat Enterprise Linux 8.6 (Ootpa)",
            "1 node does not run a CoreOS: w1 (Red Hat Enterprise Linux 8.6 (Ootpa))",
        ),
        ("", "1 node does not run a CoreOS: w1 (it does not tell)"),
    ],
    ids=["RHCOS", "FCOS", "SCOS", "RHEL", "silent"],
)
def test_the_operating_system(image, expected):
    cluster = clean_cluster()
    cluster.change(NODE, "w1", {"status": {"nodeInfo": {"osImage": image}}})
    found = findings("nodes_coreos", seen(cluster))
    assert [finding.message for finding in found] == ([expected] if expected else [])
    assert all(finding.severity == "warn" and finding.blocking for finding in found)


@pytest.mark.parametrize(("more", "expected"), [(145, []), (146, ["warn"])], ids=["150 nodes", "151 nodes"])
def test_a_large_cluster(more, expected):
    cluster = clean_cluster()
    for number in range(more):
        cluster.put(NODE, objects.node(f"more-{number}"))
    assert len(NODES) + more in (150, 151)
    found = findings("support_case_large_cluster", seen(cluster, probe=False))
    assert [finding.severity for finding in found] == expected


def test_the_note_on_support_stops_nothing():
    (finding,) = findings("support_of_automation", seen(clean_cluster()))
    assert (finding.severity, finding.blocking) == ("info", False)


@pytest.mark.parametrize(
    ("kind", "right"),
    [(kind, right.title) for kind, rights in BY_KIND.items() for right in rights],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rights_on_what_is_borrowed_are_asked_for_where_it_is(kind, right):
    cluster = clean_cluster()
    cluster.denied = {"* *.*", right}
    for body in cluster.list(kind):
        cluster.remove(kind, body["metadata"]["name"], namespace=body["metadata"].get("namespace"))
    assert told("credential_rights", cluster) == []
    namespace = {"namespace": "somewhere"} if kind.namespaced else {}
    cluster.put(kind, {"metadata": {"name": "one", **namespace}, "spec": {}})
    assert told("credential_rights", cluster) == [("block", f"the credential lacks 1 right: {right}", (right,))]
