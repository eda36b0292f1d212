# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from itertools import pairwise

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import NODE, POD
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Execution
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    ClusterUnreachable,
    Forbidden,
    MigrationError,
    Refused,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.csr import CsrApprover
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.plan import (
    BootIdSource,
    Selection,
    planned,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.rebooter import Rebooter, reboot
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.strategies import strategy
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.waiting.outages import RetryingCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit import objects
from ansible_collections.ocp_day2.ovn_migration.tests.unit.machines import Datacenter


@pytest.fixture
def site():
    return Datacenter()


def run(
    site,
    *,
    nodes=(),
    pools=(),
    order="control_plane_first",
    max_unavailable="100%",
    boot_ids=None,
    delay=None,
    timeout=1800.0,
    max_failures=0,
    approve=False,
    check=False,
):
    minutes = delay if delay is not None else int(order == "all_at_once")
    cluster = RetryingCluster(site.cluster, clock=site.clock, budget=900.0, tolerate_unauthorized=True)
    plan = planned(
        cluster,
        Selection(nodes, pools, order, max_unavailable),
        BootIdSource({} if boot_ids is None else boot_ids, use_journal=False, write=not check),
        clock=site.clock,
    )
    rebooter = Rebooter(
        cluster=cluster,
        clock=site.clock,
        strategy=strategy("rsh", cluster=cluster, delay_minutes=minutes),
        csr_approver=CsrApprover(cluster, site.clock, approve=approve),
        timeout=timeout,
        interval=5.0,
        delay=minutes * 60.0,
        max_failures=max_failures,
    )
    return reboot(rebooter, plan, check_mode=check)


def rows(facts):
    return {row["node"]: row for row in facts["nodes"]}


def results(facts):
    return {row["node"]: row["result"] for row in facts["nodes"]}


ALL = ["master-0", "master-1", "master-2", "worker-0", "worker-1", "worker-2"]


def test_every_node_once_control_plane_one_at_a_time(site):
    outcome = run(site)
    assert outcome.changed is True
    assert site.commanded[:3] == ["master-0", "master-1", "master-2"]
    assert sorted(site.commanded) == ALL
    assert set(results(outcome.facts).values()) == {"rebooted"}
    masters = [site.machines[name].shutdowns[0] for name in ALL[:3]]
    assert all(later - earlier >= 80 for earlier, later in pairwise(masters))
    workers = [site.machines[name].shutdowns[0] for name in ALL[3:]]
    assert max(workers) - min(workers) < 1
    assert outcome.to_json()["verdict"] == {"state": "done", "reason": "all 6 nodes rebooted and Ready"}


def test_the_evidence_of_a_node(site):
    site.machines["worker-0"].drops_stream = True
    row = rows(run(site, nodes=["worker-0"]).facts)["worker-0"]
    assert row["attempts"] == 1
    assert row["boot_id_before"] == "worker-0-boot-1"
    assert row["boot_id_after"] == "worker-0-boot-2"
    assert row["pool"] == "worker"
    assert row["requested_at"] < row["down_at"] < row["back_at"]
    assert 80 <= row["seconds"] <= 90


def test_a_node_that_ignores_the_command_fails_and_is_named_although_it_is_ready(site):
    site.machines["worker-1"].obeys = False
    with pytest.raises(MigrationError, match="worker-1: Ready, boot id unchanged: the command had no effect") as caught:
        run(site, pools=["worker"], timeout=600)
    assert results(caught.value.facts) == {"worker-0": "rebooted", "worker-1": "failed", "worker-2": "rebooted"}
    assert caught.value.facts["changed"] is True
    assert caught.value.facts["verdict"]["state"] == "failed"
    assert site.machines["worker-1"].shutdowns[0] == site.machines["worker-0"].shutdowns[0]
    assert "skipped" in caught.value.remedy


def test_after_a_control_plane_node_that_stays_away_nothing_more_is_begun(site):
    site.machines["master-1"].returns = False
    with pytest.raises(MigrationError, match=r"master-1: not Ready .*it went down and has not come back") as caught:
        run(site, timeout=600)
    assert site.commanded == ["master-0", "master-1"]
    assert results(caught.value.facts) == {
        "master-0": "rebooted",
        "master-1": "failed",
        "master-2": "planned",
        "worker-0": "planned",
        "worker-1": "planned",
        "worker-2": "planned",
    }


def test_after_a_failed_worker_batch_the_next_is_not_begun(site):
    site.machines["worker-0"].obeys = False
    with pytest.raises(MigrationError, match="worker-0"):
        run(site, pools=["worker"], max_unavailable="1", timeout=600)
    assert set(site.commanded) == {"worker-0"}


@pytest.mark.parametrize(
    ("allowed", "begun"),
    [
        pytest.param(0, ["worker-0"], id="none"),
        pytest.param(1, ["worker-0", "worker-1"], id="one"),
        pytest.param(2, ["worker-0", "worker-1", "worker-2"], id="two"),
    ],
)
def test_so_many_nodes_may_fail_before_no_further_batch_is_begun(site, allowed, begun):
    site.machines["worker-0"].returns = False
    site.machines["worker-1"].obeys = False
    with pytest.raises(MigrationError) as caught:
        run(site, pools=["worker"], max_unavailable="1", timeout=600, max_failures=allowed)
    assert [*dict.fromkeys(site.commanded)] == begun
    assert "worker-0: not Ready (NodeStatusUnknown" in caught.value.message
    assert ("worker-1: Ready, boot id unchanged: the command had no effect" in caught.value.message) == (allowed > 0)
    wanted = {"worker-0": "failed", "worker-1": "failed", "worker-2": "rebooted"}
    assert results(caught.value.facts) == {name: wanted[name] if name in begun else "planned" for name in wanted}
    assert ("not begun: " in caught.value.message) == (allowed < 2)


@pytest.mark.parametrize("lost", [{"returns": False}, {"obeys": False}], ids=["down", "perhaps about to go down"])
def test_no_control_plane_node_follows_one_that_is_lost_and_the_workers_do(site, lost):
    for name, value in lost.items():
        setattr(site.machines["master-1"], name, value)
    with pytest.raises(MigrationError, match="not begun: master-2") as caught:
        run(site, timeout=600, max_failures=1)
    assert [*dict.fromkeys(site.commanded)] == ["master-0", "master-1", "worker-0", "worker-1", "worker-2"]
    assert rows(caught.value.facts)["master-2"]["result"] == "planned"
    assert rows(caught.value.facts)["master-2"]["detail"] == "not begun, since master-1 may be down"


def test_no_control_plane_node_follows_one_that_an_earlier_run_has_lost(site):
    site.cluster.change(NODE, "master-0", {"status": {"conditions": [objects.node_ready(False)]}})
    before = {**site.boot_ids(), "master-0": "older"}
    with pytest.raises(MigrationError, match="master-0: rebooted, but not Ready"):
        run(site, timeout=600, max_failures=1, boot_ids=before)
    assert site.commanded == ["worker-0", "worker-1", "worker-2"]


def test_a_control_plane_node_that_could_not_be_told_is_up_so_the_next_may_go(site):
    site.cluster.remove(POD, "machine-config-daemon-master-0", namespace="openshift-machine-config-operator")
    with pytest.raises(MigrationError, match=r"master-0: .*no running machine-config-daemon pod"):
        run(site, timeout=600, max_failures=1, pools=["master"])
    assert site.commanded == ["master-1", "master-2"]


def test_the_next_control_plane_node_waits_for_etcd(site):
    def hold_etcd():
        site.cluster.put(POD, objects.etcd_pod("master-0", ready=False))

    site.show_etcd = lambda name, ready: None
    site.clock.at(30, hold_etcd)
    site.clock.at(1000, lambda: site.cluster.put(POD, objects.etcd_pod("master-0")))
    run(site, nodes=["master-0", "master-1"])
    assert site.machines["master-1"].shutdowns[0] >= 1000


@pytest.mark.parametrize("broken", ["etcd gone", "one member missing", "API not ready"])
def test_the_control_plane_is_not_touched_while_it_is_not_whole(site, broken):
    if broken == "API not ready":
        site.cluster.readyz = False
    for name in {"etcd gone": ALL[:3], "one member missing": ALL[2:3], "API not ready": []}[broken]:
        site.cluster.remove(POD, f"etcd-{name}", namespace="openshift-etcd")
    with pytest.raises(MigrationError, match="before master-0 goes down") as caught:
        run(site, timeout=300)
    assert site.commanded == []
    assert caught.value.facts["changed"] is False
    assert set(results(caught.value.facts).values()) == {"planned"}


def test_workers_alone_do_not_ask_for_etcd(site):
    run(site, pools=["worker"])
    assert site.cluster.made("ready") == []


def test_batches_of_a_pool(site):
    run(site, pools=["worker"], max_unavailable="1")
    moments = [site.machines[name].shutdowns[0] for name in ALL[3:]]
    assert moments[1] - moments[0] >= 80
    assert moments[2] - moments[1] >= 80


def test_all_at_once_commands_every_node_before_the_first_goes_down(site):
    outcome = run(site, order="all_at_once")
    assert site.commanded[-3:] == ["master-0", "master-1", "master-2"]
    moments = [site.machines[name].shutdowns[0] for name in ALL]
    assert max(moments) - min(moments) < 5
    assert site.cluster.made("execute")[-1].body["command"][-1] == "+1"
    assert set(results(outcome.facts).values()) == {"rebooted"}
    assert rows(outcome.facts)["worker-0"]["seconds"] >= 140


def test_the_api_may_be_gone_meanwhile(site):
    site.clock.at(62, site.cluster.go_down)
    site.clock.at(400, site.cluster.come_back)
    outcome = run(site, order="all_at_once")
    assert set(results(outcome.facts).values()) == {"rebooted"}
    assert site.commanded.count("master-0") == 1


def test_an_api_that_stays_away_is_an_error_that_still_carries_the_rows(site):
    site.clock.at(62, site.cluster.go_down)
    with pytest.raises(ClusterUnreachable) as caught:
        run(site, order="all_at_once")
    assert caught.value.facts["changed"] is True
    assert rows(caught.value.facts)["worker-0"]["requested_at"] is not None
    assert set(results(caught.value.facts).values()) == {"failed"}


def test_a_refused_command_is_repeated_every_few_seconds(site):
    machine = site.machines["worker-0"]
    machine.answers = [Execution(1, "Failed to talk to init daemon.")] * 3
    outcome = run(site, nodes=["worker-0"])
    assert rows(outcome.facts)["worker-0"]["attempts"] == 4
    assert len(machine.shutdowns) == 1
    assert 9 <= machine.shutdowns[0] <= 30


def test_without_a_pod_the_command_waits_for_one(site):
    site.cluster.remove(POD, "machine-config-daemon-worker-0", namespace="openshift-machine-config-operator")
    site.clock.at(100, lambda: site.cluster.put(POD, objects.daemon_pod("worker-0", suffix="newer")))
    assert results(run(site, nodes=["worker-0"]).facts) == {"worker-0": "rebooted"}


def test_a_command_that_can_never_be_given_fails_with_the_last_answer(site):
    site.cluster.remove(POD, "machine-config-daemon-worker-0", namespace="openshift-machine-config-operator")
    with pytest.raises(MigrationError, match=r"could not be given in .* no running machine-config-daemon") as caught:
        run(site, nodes=["worker-0"], timeout=120)
    assert caught.value.facts["changed"] is False


def test_a_stream_that_breaks_after_sending_is_no_failure(site):
    machine = site.machines["worker-0"]
    machine.drops_stream = True
    outcome = run(site, nodes=["worker-0"])
    assert results(outcome.facts) == {"worker-0": "rebooted"}
    assert machine.boots == 2


def test_a_command_lost_in_a_broken_stream_is_given_again(site):
    machine = site.machines["worker-0"]
    machine.answers = [Execution(None, "the stream broke off")]
    outcome = run(site, nodes=["worker-0"])
    assert rows(outcome.facts)["worker-0"]["attempts"] == 2
    assert machine.boots == 2
    assert machine.shutdowns[0] >= 120


@pytest.mark.parametrize(("node", "usual"), [("worker-0", 120), ("master-0", 190)])
def test_a_node_on_which_the_command_had_no_effect_is_told_again(site, node, usual):
    """Not after the whole ``reboot_timeout``, in which the pod network is down."""
    machine = site.machines[node]
    machine.ignores = 1
    outcome = run(site, nodes=[node])
    assert results(outcome.facts) == {node: "rebooted"}
    first, second = machine.shutdowns
    assert usual <= second - first < usual + 10
    assert machine.boots == 2


def test_a_node_that_says_twice_that_nothing_is_scheduled_fails_early(site):
    site.machines["worker-0"].obeys = False
    with pytest.raises(MigrationError, match="told more than once, and says that no shutdown is scheduled"):
        run(site, nodes=["worker-0"])
    assert len(site.machines["worker-0"].shutdowns) == 2
    assert site.clock.now < 260


@pytest.mark.parametrize(
    ("stops_for", "delay"),
    [pytest.param(700.0, 0, id="stopping"), pytest.param(700.0, 5, id="stopping, after a delay")],
)
def test_a_node_that_takes_long_to_stop_is_not_told_again(site, stops_for, delay):
    machine = site.machines["worker-0"]
    machine.stops_for = stops_for
    outcome = run(site, nodes=["worker-0"], delay=delay)
    assert results(outcome.facts) == {"worker-0": "rebooted"}
    assert (machine.boots, len(machine.shutdowns)) == (2, 1)


def test_how_long_the_others_took_to_go_down_is_how_long_the_next_may_take(site):
    site.machines["worker-0"].stops_for = 400.0
    site.machines["worker-1"].ignores = 1
    run(site, nodes=["worker-0", "worker-1"], max_unavailable="1")
    first, second = site.machines["worker-1"].shutdowns
    assert second - first >= 1.5 * 400
    assert site.machines["worker-1"].boots == 2


def test_it_is_never_told_again_when_it_does_not_say_on_which_boot_it_is(site):
    machine = site.machines["worker-0"]
    machine.obeys = False
    answer = site.cluster.executor
    looks = [0]

    def dead_line(call):
        if call.body["command"][:4] == ["chroot", "/rootfs", "sh", "-c"]:
            looks[0] += 1
            return Execution(None, "")
        return answer(call)

    site.cluster.executor = dead_line
    with pytest.raises(MigrationError, match="worker-0: Ready, boot id unchanged"):
        run(site, nodes=["worker-0"])
    assert looks[0] > 3
    assert len(machine.shutdowns) == 1


def test_an_error_exit_of_a_command_that_worked_does_not_reboot_twice(site):
    """The container dies with the node: the command ends with an error, and the node is down."""
    machine = site.machines["worker-0"]
    machine.answers = [Execution(137, "command terminated")]
    site.clock.after(1, lambda: site.take_down(machine))
    outcome = run(site, nodes=["worker-0"])
    assert machine.boots == 2
    assert machine.shutdowns == []
    assert results(outcome.facts) == {"worker-0": "rebooted"}
    assert outcome.changed is True


def test_a_node_whose_boot_id_lags_in_the_api_is_not_commanded_again(site):
    """The node is up on its new boot and answers, while the API still shows the old boot, Ready."""
    machine = site.machines["worker-0"]
    machine.answers = [Execution(1, "broken pipe")]
    site.clock.after(0.1, lambda: setattr(machine, "boots", 2))
    site.clock.after(60, lambda: site.boot(machine))
    site.clock.after(59, lambda: setattr(machine, "boots", 1))
    outcome = run(site, nodes=["worker-0"])
    assert machine.shutdowns == []
    assert results(outcome.facts) == {"worker-0": "rebooted"}


def test_a_node_that_an_earlier_run_has_rebooted_is_not_commanded_while_the_api_lags(site):
    """The run before this one was killed after the command; the kubelet has not told the API of the new boot yet."""
    machine = site.machines["worker-0"]
    machine.boots = 2

    def result():
        machine.boots = 1
        site.boot(machine)

    site.clock.after(60, result)
    outcome = run(site, nodes=["worker-0"])
    assert machine.shutdowns == []
    assert results(outcome.facts) == {"worker-0": "skipped"}
    assert outcome.changed is False


def test_where_every_stream_breaks_the_command_is_sent_all_the_same(site):
    """A proxy cuts each stream: the boot id is never told, and only the boot id in the API proves the reboot."""
    machine = site.machines["worker-0"]

    def cut(call):
        site.execute(call)
        return Execution(None, "the stream broke off")

    site.cluster.executor = cut
    outcome = run(site, nodes=["worker-0"])
    assert results(outcome.facts) == {"worker-0": "rebooted"}
    assert len(machine.shutdowns) == 1


def test_a_missing_right_ends_it_before_anything_is_done(site):
    site.cluster.fail(Forbidden(tried="run shutdown", seen="HTTP 403"), verb="execute", times=None)
    with pytest.raises(Forbidden) as caught:
        run(site, pools=["worker"])
    assert caught.value.facts["changed"] is False
    assert site.clock.now < 5


def test_a_passing_403_of_an_api_server_that_has_just_started_is_waited_out(site):
    def forbid():
        site.cluster.fail(Forbidden(tried="run shutdown", seen="HTTP 403, RBAC"), verb="execute", times=2)

    site.cluster.before("execute", POD, 3, forbid)
    outcome = run(site, pools=["worker"])
    assert set(results(outcome.facts).values()) == {"rebooted"}


def test_nodes_that_have_rebooted_are_skipped(site):
    before = site.boot_ids()
    for name in ["master-0", "worker-0"]:
        site.machines[name].boots = 2
        site.cluster.change(NODE, name, {"status": {"nodeInfo": {"bootID": f"{name}-boot-2"}}})
    outcome = run(site, boot_ids=before)
    assert sorted(site.commanded) == ["master-1", "master-2", "worker-1", "worker-2"]
    assert results(outcome.facts)["master-0"] == "skipped"
    again = run(site, boot_ids=before)
    assert again.changed is False
    assert set(results(again.facts).values()) == {"skipped"}
    assert again.facts["plan"] == []
    assert "nothing to do" in again.to_json()["verdict"]["reason"]


def test_a_node_that_is_still_coming_up_is_waited_for_and_not_commanded(site):
    before = site.boot_ids()
    site.boot(site.machines["master-1"])
    outcome = run(site, boot_ids=before, nodes=["master-0", "master-1"])
    assert outcome.facts["plan"] == [["master-1"], ["master-0"]]
    assert site.commanded == ["master-0"]
    assert site.machines["master-0"].shutdowns[0] >= 20
    assert results(outcome.facts) == {"master-0": "rebooted", "master-1": "skipped"}


def test_check_mode_plans_and_sends_nothing(site):
    before = {**site.boot_ids(), "worker-2": "older"}
    outcome = run(site, boot_ids=before, check=True)
    assert outcome.changed is True
    assert outcome.facts["plan"] == [["master-0"], ["master-1"], ["master-2"], ["worker-0", "worker-1"]]
    assert results(outcome.facts) == {**dict.fromkeys(ALL, "planned"), "worker-2": "skipped"}
    assert site.cluster.writes == []
    assert site.clock.slept == []
    (diff,) = outcome.diffs
    assert diff.before["worker-0"] == "worker-0-boot-1"


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"nodes": ["worker-9"]}, "worker-9"),
        ({"pools": ["infra"]}, "infra"),
        ({"max_unavailable": "some"}, "neither a number"),
    ],
)
def test_what_does_not_exist_is_refused_before_anything(site, given, seen):
    with pytest.raises(Refused, match=seen):
        run(site, **given)
    assert site.cluster.writes == []


def test_a_node_without_boot_id_is_refused(site):
    site.cluster.change(NODE, "worker-0", {"status": {"nodeInfo": {"bootID": ""}}})
    with pytest.raises(Refused, match="worker-0 reports no boot id"):
        run(site)
    assert site.commanded == []


def test_a_cluster_that_lists_no_nodes_is_refused(site):
    for name in ALL:
        site.cluster.remove(NODE, name)
    with pytest.raises(Refused, match="lists no node"):
        run(site)


def test_an_empty_pool_is_nothing_to_do():
    site = Datacenter(workers=0)
    outcome = run(site, pools=["worker"])
    assert outcome.changed is False
    assert outcome.facts["plan"] == []


def test_a_node_that_vanishes_fails(site):
    site.clock.at(2, lambda: site.cluster.remove(NODE, "worker-0"))
    site.machines["worker-0"].returns = False
    site.machines["worker-0"].lag = 10**6
    with pytest.raises(MigrationError, match="worker-0: the cluster does not list it any more"):
        run(site, nodes=["worker-0"], timeout=300)


def test_a_single_node_reboots_although_its_api_goes_with_it():
    site = Datacenter(masters=1, workers=0)
    site.clock.at(5, site.cluster.go_down)
    site.clock.at(300, site.cluster.come_back)
    assert results(run(site).facts) == {"master-0": "rebooted"}
