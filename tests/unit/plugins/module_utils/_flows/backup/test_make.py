# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest
import yaml

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CLUSTER_VERSION,
    CONFIG_MAP,
    HOST_SUBNET,
    NAMESPACE,
    NET_NAMESPACE,
    NETWORK_CONFIG,
    NETWORK_OPERATOR,
    VALIDATING_WEBHOOKS,
    Kind,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup import manifests
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.configuration import key
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.contents import Contents
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.borrowing.ledger import (
    Loan,
    PropertyRef,
    entries,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import (
    Conflict,
    Forbidden,
    MigrationError,
    NotFound,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.networks import OVN, SDN
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup import chunks
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.collect import ExtraKind, collect
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.make import (
    describe_backup,
    have_backup,
    recover_backup,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.store import BackupStore, Damaged
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster
from ansible_collections.ocp_day2.ovn_migration.tests.unit.saved_objects import (
    hide,
    raise_timeout,
    saved_cluster,
    served,
    touch,
)

FIRST = "ovnkubernetes-20260101000000"
SECOND = "ovnkubernetes-20260101000001"


def backup_of(cluster: FakeCluster, **given):
    return have_backup(cluster, **{"target": OVN, "write": True, **given})


def only_part(cluster: FakeCluster, backup: str = FIRST):
    return cluster.objects[(CONFIG_MAP, "ovn-migration", f"backup-{backup}-000")]


def found(contents: Contents, *of: str, **where: str):
    body = contents.find(*of, **where)
    assert body is not None
    return body


def carry(before: FakeCluster, after: FakeCluster) -> None:
    """The same cluster later: what is in our namespace is still there."""
    for kind, namespace, name in before.objects:
        if (kind, namespace) == (CONFIG_MAP, "ovn-migration") and name.startswith("backup-"):
            after.put(CONFIG_MAP, before.objects[(kind, namespace, name)])


def test_what_is_saved():
    contents = collect(saved_cluster())
    kinds = {(body["kind"], body["metadata"]["name"]) for body in contents.objects}
    assert {("Network", "cluster"), ("ConfigMap", "applied-cluster"), ("Namespace", "media")} <= kinds
    assert ("Namespace", "plain") not in kinds
    assert contents.absent == ("egressips.k8s.ovn.org",)
    assert contents.pods_in_error == ("default/broken-0",)
    network = found(contents, "config.openshift.io", "Network", "cluster")
    assert network["status"]["clusterNetworkMTU"] == 1450
    assert not {"uid", "resourceVersion", "managedFields"} & set(json.dumps(contents.objects).split('"'))
    assert found(contents, "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "policy.example.com")[
        "webhooks"
    ] == [{"name": "check.policy.example.com", "timeoutSeconds": 10}]
    assert found(contents, "machineconfiguration.openshift.io", "MachineConfigPool", "worker")["spec"].keys() == {
        "paused",
        "nodeSelector",
    }


def test_extra_kinds_are_saved_once():
    cluster = saved_cluster()
    quota = Kind("v1", "ResourceQuota", "resourcequotas", namespaced=True)
    cluster.put(quota, served("small", namespace="shop", spec={"hard": {"pods": "4"}}, status={"used": {}}))
    wanted = [
        ExtraKind("ResourceQuota", "v1"),
        ExtraKind("HostSubnet", "network.openshift.io/v1"),
        ExtraKind("X", "y/v1"),
    ]
    contents = collect(cluster, extra=wanted)
    assert "X of y/v1" in contents.absent
    assert found(contents, "", "ResourceQuota", "small", namespace="shop")["spec"] == {"hard": {"pods": "4"}}
    assert sum(body["kind"] == "HostSubnet" for body in contents.objects) == 2


@pytest.mark.parametrize("kind", [HOST_SUBNET, VALIDATING_WEBHOOKS, NETWORK_OPERATOR], ids=lambda kind: kind.kind)
def test_what_cannot_be_read_fails_the_backup(kind):
    cluster = saved_cluster()
    cluster.fail(Forbidden(tried=f"list {kind.title}", seen="HTTP 403"), kind=kind, times=None)
    with pytest.raises(Forbidden):
        backup_of(cluster)
    assert cluster.writes == []


def test_a_kind_that_every_cluster_has_must_be_there():
    cluster = saved_cluster()
    hide(cluster, VALIDATING_WEBHOOKS)
    with pytest.raises(NotFound):
        backup_of(cluster)


def test_the_index_is_written_last_and_all_is_sealed():
    cluster = saved_cluster()
    outcome = backup_of(cluster)
    made = [call.name for call in cluster.writes if call.kind == CONFIG_MAP]
    assert made == [f"backup-{FIRST}-000", f"backup-{FIRST}"]
    assert outcome.changed
    assert outcome.facts["backup"]["id"] == FIRST
    assert outcome.facts["backup"]["late"] is False
    assert outcome.facts["backup"]["source_type"] == SDN
    assert outcome.facts["backup"]["config_maps"] == [f"backup-{FIRST}", f"backup-{FIRST}-000"]
    assert outcome.facts["network"] == {
        "network_type": SDN,
        "cluster_network": [{"cidr": "10.128.0.0/14", "host_prefix": 23}],
        "mtu": 1450,
        "settings": {},
    }
    assert outcome.facts["pods_in_error"] == ["default/broken-0"]
    assert all(call.body["immutable"] is True for call in cluster.made("create", CONFIG_MAP))
    assert only_part(cluster)["metadata"]["labels"] == {"ocp-day2.ovn-migration/backup": FIRST}


def test_settings_of_the_plugin_for_a_rollback():
    cluster = saved_cluster()
    block = {"vxlanPort": 4790, "mode": "NetworkPolicy", "enableUnidling": True}
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"defaultNetwork": {"openshiftSDNConfig": block}}})
    assert backup_of(cluster).facts["network"]["settings"] == {"vxlan_port": 4790, "mode": "NetworkPolicy"}


def test_an_unchanged_cluster_is_not_saved_twice():
    cluster = saved_cluster()
    backup_of(cluster)
    touch(cluster)
    cluster.calls.clear()
    again = backup_of(cluster)
    assert not again.changed
    assert again.facts["backup"]["id"] == FIRST
    assert again.facts["pods_in_error"] == ["default/broken-0"]
    assert cluster.writes == []


@pytest.mark.parametrize(
    ("hours", "other_pods", "changed"),
    [
        pytest.param(23, True, False, id="the-same-day"),
        pytest.param(25, True, True, id="old-and-other-pods"),
        pytest.param(25, False, False, id="old-and-the-same-pods"),
    ],
)
def test_an_old_baseline_of_pods_is_not_relied_on(hours, other_pods, changed):
    cluster = saved_cluster()
    backup_of(cluster)
    cluster.server_seconds = lambda: hours * 3600.0
    if other_pods:
        touch(cluster)
    outcome = backup_of(cluster)
    assert outcome.changed is changed
    assert ("default/broken-1" in outcome.facts["pods_in_error"]) is changed


def test_a_changed_cluster_gets_another_backup_and_keeps_the_first():
    cluster = saved_cluster()
    backup_of(cluster)
    before = {key: body for key, body in cluster.objects.items() if key[0] == CONFIG_MAP}
    raise_timeout(cluster, timeout=3)
    again = backup_of(cluster)
    assert again.changed
    assert again.facts["backup"]["id"] == SECOND
    assert before.items() <= cluster.objects.items()


def test_check_mode_writes_nothing_and_says_what_it_would_make(tmp_path):
    cluster = saved_cluster()
    outcome = backup_of(cluster, write=False, directory=str(tmp_path / "files"))
    assert outcome.changed
    assert outcome.facts["backup"]["id"] == FIRST
    assert outcome.diffs[0].after["kinds"]["HostSubnet.network.openshift.io"] == 2
    assert cluster.writes == []
    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize("step", ["asked", "rolling", "prepared", "flipped", "applied", "rebooted"])
def test_once_the_migration_has_begun_the_backup_from_before_is_kept(step):
    cluster = saved_cluster()
    backup_of(cluster)
    later = saved_cluster(step)
    carry(cluster, later)
    raise_timeout(later, timeout=3)
    outcome = backup_of(later)
    assert not outcome.changed
    assert outcome.facts["backup"]["id"] == FIRST
    assert outcome.facts["network"]["network_type"] == SDN
    assert outcome.warnings == ()
    assert later.writes == []


def lend(cluster: FakeCluster, *, since: str) -> None:
    """The first step of a migration borrows a webhook's timeout."""
    ref = PropertyRef("webhook_timeout", "ValidatingWebhookConfiguration", "policy.example.com", part="check")
    loan = Loan(ref, before=10, lent=3, since=since, step="cno_prepare")
    cluster.put(CONFIG_MAP, {**entries({ref.key: loan})})
    raise_timeout(cluster, timeout=3)


def test_a_run_that_was_interrupted_after_borrowing_goes_on_with_its_backup():
    cluster = saved_cluster()
    backup_of(cluster)
    lend(cluster, since="2026-01-01T00:01:00Z")
    again = backup_of(cluster)
    assert not again.changed
    assert again.facts["backup"]["id"] == FIRST
    assert again.warnings == ()


def test_after_a_rollback_the_next_migration_has_its_own_backup():
    cluster = saved_cluster()
    backup_of(cluster)
    back = saved_cluster("finished")
    carry(cluster, back)
    back.server_seconds = lambda: 60.0
    backup_of(back, target=SDN)
    again = saved_cluster()
    carry(back, again)
    again.server_seconds = lambda: 120.0
    outcome = backup_of(again)
    assert outcome.facts["backup"]["id"] == "ovnkubernetes-20260101000200"
    assert not backup_of(again).changed
    assert [index["id"] for index in describe_backup(again, target=OVN).facts["backups"]] == [
        FIRST,
        "openshiftsdn-20260101000100",
        "ovnkubernetes-20260101000200",
    ]


def test_what_was_borrowed_before_the_backup_is_told_and_does_not_bind_later_ones():
    cluster = saved_cluster()
    lend(cluster, since="2026-01-01T00:01:00Z")
    first = backup_of(cluster)
    assert "policy.example.com" in first.warnings[0]
    raise_timeout(cluster, timeout=4)
    assert backup_of(cluster).facts["backup"]["id"] == SECOND


def test_a_late_backup_says_so():
    cluster = saved_cluster("flipped")
    outcome = backup_of(cluster)
    assert outcome.facts["backup"]["late"] is True
    assert "cannot contain what has changed since then" in outcome.warnings[0]
    again = backup_of(cluster)
    assert not again.changed
    assert again.facts["backup"] == outcome.facts["backup"]
    told = describe_backup(cluster, target=OVN)
    assert told.facts["backup"] is None
    assert [index["late"] for index in told.facts["backups"]] == [True]


def test_a_finished_cluster_gets_no_backup(tmp_path):
    cluster = saved_cluster("finished")
    outcome = backup_of(cluster, directory=str(tmp_path / "files"))
    assert not outcome.changed
    assert outcome.facts["phase"] == "complete"
    assert outcome.facts["backup"] is None
    assert cluster.writes == []
    assert not (tmp_path / "files").exists()


def test_backups_for_both_directions_are_kept_apart():
    before, cluster = saved_cluster(), saved_cluster("finished")
    backup_of(before)
    carry(before, cluster)
    forth = describe_backup(cluster, target=OVN).facts
    cluster.server_seconds = lambda: 60.0
    backup_of(cluster, target=SDN)
    back = describe_backup(cluster, target=SDN).facts
    assert forth["backup"]["id"] == FIRST
    assert back["backup"]["id"] == "openshiftsdn-20260101000100"
    assert back["backup"]["source_type"] == OVN
    assert [index["target"] for index in back["backups"]] == [OVN, SDN]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        pytest.param(lambda part: part["data"].update(part="{}"), "does not hold what was put into it", id="changed"),
        pytest.param(lambda part: part["data"].clear(), "does not hold what was put into it", id="emptied"),
    ],
)
def test_a_damaged_part_is_found(harm, words):
    cluster = saved_cluster()
    backup_of(cluster)
    harm(only_part(cluster))
    with pytest.raises(Damaged, match=words) as raised:
        describe_backup(cluster, target=OVN)
    assert raised.value.facts == {"damaged_backup": FIRST}
    assert f"-l ocp-day2.ovn-migration/backup={FIRST}" in raised.value.remedy


def test_a_missing_part_is_found():
    cluster = saved_cluster()
    backup_of(cluster)
    cluster.remove(CONFIG_MAP, f"backup-{FIRST}-000", namespace="ovn-migration")
    with pytest.raises(Damaged, match="is missing"):
        describe_backup(cluster, target=OVN)


def test_a_damaged_index_is_never_taken_for_absent():
    cluster = saved_cluster()
    backup_of(cluster)
    cluster.change(CONFIG_MAP, f"backup-{FIRST}", {"data": {"parts": None}}, namespace="ovn-migration")
    with pytest.raises(Damaged, match="it has no key 'parts'"):
        backup_of(cluster)


def test_before_the_migration_a_damaged_backup_is_replaced_by_another():
    cluster = saved_cluster()
    backup_of(cluster)
    only_part(cluster)["data"]["part"] = "{}"
    outcome = backup_of(cluster)
    assert outcome.facts["backup"]["id"] == SECOND
    assert "Another one is made" in outcome.warnings[0]


def test_without_its_index_a_backup_does_not_exist():
    cluster = saved_cluster()
    lost = Forbidden(tried="create the index", seen="HTTP 403")
    cluster.fail(lost, verb="create", kind=CONFIG_MAP, name=f"backup-{FIRST}")
    with pytest.raises(Forbidden):
        backup_of(cluster)
    assert describe_backup(cluster, target=OVN).facts["backup"] is None


def test_a_lost_answer_is_not_a_conflict_but_somebody_elses_configmap_is():
    cluster = saved_cluster()
    index, encoded = BackupStore(cluster).plan(collect(cluster), target=OVN, source_type=SDN, late=False, indexes=())
    BackupStore(cluster).put(index, encoded)
    BackupStore(cluster).put(index, encoded)
    only_part(cluster)["data"]["part"] = "theirs"
    with pytest.raises(Conflict):
        BackupStore(cluster).put(index, encoded)


def test_what_the_cluster_kept_is_compared_with_what_was_sent():
    cluster = saved_cluster()
    name = f"backup-{FIRST}-000"

    def garble() -> None:
        cluster.change(CONFIG_MAP, name, {"data": {"part": "shorter"}}, namespace="ovn-migration")

    cluster.put(NAMESPACE, {"metadata": {"name": "ovn-migration"}})
    cluster.before("create", CONFIG_MAP, 2, garble)
    with pytest.raises(Damaged):
        backup_of(cluster)


def test_a_big_cluster_fits():
    cluster = saved_cluster()
    for number in range(500):
        name = f"node-{number:03d}.region.example.com"
        subnet = served(name, host=name, hostIP="192.0.2.1", subnet=f"10.{number % 250}.0.0/23", egressCIDRs=["x"])
        cluster.put(HOST_SUBNET, subnet)
    for number in range(2000):
        # incompressible names, as those of generated namespaces are
        name = f"ns-{hashlib.sha256(str(number).encode()).hexdigest()}"
        addresses = [hashlib.sha256(f"{name}{part}".encode()).hexdigest() * 8 for part in range(2)]
        cluster.put(NET_NAMESPACE, served(name, netname=name, netid=number, egressIPs=addresses))
    outcome = backup_of(cluster)
    made = cluster.made("create", CONFIG_MAP)
    assert len(made) >= 2
    for call in made:
        assert len(json.dumps(call.body)) < 1024 * 1024
    index = BackupStore(cluster).indexes()[0]
    assert index.encoding == chunks.ENCODING_GZIP
    assert BackupStore(cluster).read(index).checksum == collect(cluster).checksum == outcome.facts["backup"]["checksum"]


@pytest.mark.parametrize("length", [0, 10, 11, 5000], ids=lambda length: f"{length}-characters")
def test_chunks(length):
    text = hashlib.sha256(b"seed").hexdigest() * (length // 64 + 1)
    text = text[:length]
    encoded = chunks.encode(text, plain=10, piece=7)
    assert (encoded.encoding == chunks.ENCODING_PLAIN) == (length <= 10)
    assert all(len(piece) <= 10 for piece in encoded.pieces)
    assert chunks.decode(encoded.pieces, encoding=encoded.encoding) == text
    assert chunks.encode(text, plain=10, piece=7) == encoded


@pytest.mark.parametrize(
    ("pieces", "encoding", "words"),
    [
        pytest.param(["!!"], chunks.ENCODING_GZIP, "cannot be unpacked", id="not-base64"),
        pytest.param(["aGFsbG8="], chunks.ENCODING_GZIP, "cannot be unpacked", id="not-gzip"),
        pytest.param(["x"], "rot13", "not known here", id="unknown-encoding"),
    ],
)
def test_damaged_chunks(pieces, encoding, words):
    with pytest.raises(ValueError, match=words):
        chunks.decode(pieces, encoding=encoding)


def test_files(tmp_path):
    cluster = saved_cluster()
    outcome = backup_of(cluster, directory=str(tmp_path))
    first = Path(outcome.facts["files"][0])
    assert first == tmp_path / FIRST / "cluster-openshift-sdn.yaml"
    assert "status" not in first.read_text(encoding="utf-8")
    assert all(stat.S_IMODE(Path(path).stat().st_mode) == 0o600 for path in outcome.facts["files"])
    sums = (first.parent / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    for line in sums:
        checksum, name = line.split("  ")
        assert hashlib.sha256((first.parent / name).read_bytes()).hexdigest() == checksum
    assert len(sums) == len(outcome.facts["files"]) - 1
    assert (first.parent / "pods-in-error.txt").read_text(encoding="utf-8") == "default/broken-0\n"
    again = backup_of(cluster, directory=str(tmp_path))
    assert not again.changed
    assert [path.name for path in tmp_path.iterdir()] == [FIRST]


def test_files_hold_every_object_as_a_manifest(tmp_path):
    cluster = saved_cluster()
    paths = backup_of(cluster, directory=str(tmp_path)).facts["files"]
    texts = [Path(path).read_text(encoding="utf-8") for path in paths if path.endswith(".yaml")]
    loaded = [body for text in texts for body in yaml.safe_load_all(text)]
    assert loaded == [manifests.manifest(body) for body in sorted_like(loaded, collect(cluster).objects)]


def sorted_like(wanted, bodies):
    """The same objects in the order of the files, which are one for each kind."""
    found = {key(body): body for body in bodies}
    assert len(found) == len(wanted)
    return [found[key(body)] for body in wanted]


def test_files_that_cannot_be_written_do_not_cost_the_backup(tmp_path):
    cluster = saved_cluster()
    (tmp_path / "taken").write_text("a file\n", encoding="utf-8")
    with pytest.raises(MigrationError, match="It is in the cluster"):
        backup_of(cluster, directory=str(tmp_path / "taken"))
    assert describe_backup(cluster, target=OVN).facts["backup"]["id"] == FIRST


def test_files_of_the_way_back(tmp_path):
    outcome = backup_of(saved_cluster(target=SDN), target=SDN, directory=str(tmp_path))
    assert Path(outcome.facts["files"][0]).name == "cluster-ovn-kubernetes.yaml"


def test_files_that_were_changed_are_left_alone(tmp_path):
    cluster = saved_cluster()
    first = Path(backup_of(cluster, directory=str(tmp_path)).facts["files"][0])
    first.write_text("mine\n", encoding="utf-8")
    again = backup_of(cluster, directory=str(tmp_path))
    assert not again.changed
    assert str(first) in again.warnings[0]
    assert first.read_text(encoding="utf-8") == "mine\n"


def test_files_are_made_again_on_another_machine(tmp_path):
    cluster = saved_cluster()
    backup_of(cluster)
    cluster.change(NETWORK_CONFIG, "cluster", {"spec": {"networkType": OVN}})
    cluster.change(NETWORK_OPERATOR, "cluster", {"spec": {"migration": {"networkType": OVN}}})
    outcome = backup_of(cluster, directory=str(tmp_path))
    assert outcome.changed
    assert "networkType: OpenShiftSDN" in Path(outcome.facts["files"][0]).read_text(encoding="utf-8")


def in_the_window(tmp_path, *, cluster_id="of this cluster"):
    """A migration that has been switched, with files of its backup from before, and without our namespace."""
    before, after = saved_cluster(), saved_cluster("applied")
    for cluster in (before, after):
        cluster.change(CLUSTER_VERSION, "version", {"spec": {"clusterID": cluster_id}})
    backup_of(before, directory=str(tmp_path))
    return after


def test_a_backup_that_has_gone_with_its_namespace_is_put_back_from_its_files(tmp_path):
    cluster = in_the_window(tmp_path)
    outcome = backup_of(cluster, directory=str(tmp_path))
    assert (outcome.changed, outcome.facts["backup"]["id"], outcome.facts["backup"]["late"]) == (True, FIRST, False)
    assert outcome.warnings == (f"the cluster had lost backup {FIRST}; it was put back from {tmp_path / FIRST}",)
    again = backup_of(cluster, directory=str(tmp_path))
    assert (again.changed, again.facts["backup"]["id"], again.warnings) == (False, FIRST, ())


def test_the_way_back_reads_a_lost_backup_from_its_files_and_then_puts_it_back(tmp_path):
    cluster = in_the_window(tmp_path)
    read = describe_backup(cluster, target=OVN, directory=str(tmp_path))
    assert (read.facts["in_files_only"], read.facts["backup"]["id"]) == (True, FIRST)
    assert read.facts["network"]["network_type"] == SDN
    assert cluster.writes == []
    rehearsed = recover_backup(cluster, target=OVN, directory=str(tmp_path), write=False)
    assert (rehearsed.changed, cluster.writes) == (True, [])
    assert recover_backup(cluster, target=OVN, directory=str(tmp_path), write=True).changed
    assert describe_backup(cluster, target=OVN).facts["backup"]["id"] == FIRST
    assert not recover_backup(cluster, target=OVN, directory=str(tmp_path), write=True).changed


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda stored: stored["items"][-1]["metadata"]["annotations"].clear(), "it is not a backup of this cluster"),
        (lambda stored: stored["items"][0]["data"].update(part="{}"), "its parts are not those that were saved"),
        (lambda stored: stored["items"].pop(0), "its parts are not those that were saved"),
        (lambda stored: stored["items"][-1]["data"].pop("target"), "it has no key 'target'"),
        (lambda stored: stored.clear(), "'items'"),
    ],
    ids=["without its cluster", "another part", "a part missing", "index spoiled", "empty"],
)
def test_files_that_are_not_what_was_saved_are_told_and_not_used(tmp_path, spoil, why):
    cluster = in_the_window(tmp_path)
    path = tmp_path / FIRST / "configmaps.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    spoil(stored)
    path.write_text(json.dumps(stored), encoding="utf-8")
    outcome = backup_of(cluster, directory=str(tmp_path))
    assert outcome.facts["backup"]["late"] is True
    assert f"{tmp_path / FIRST} cannot be used: {why}" in outcome.warnings


def test_files_of_another_cluster_are_not_used(tmp_path):
    cluster = in_the_window(tmp_path)
    cluster.change(CLUSTER_VERSION, "version", {"spec": {"clusterID": "another one"}})
    assert describe_backup(cluster, target=OVN, directory=str(tmp_path)).facts["backup"] is None


def test_a_cluster_that_does_not_say_which_it_is_gets_no_files_back(tmp_path):
    cluster = in_the_window(tmp_path, cluster_id="")
    assert describe_backup(cluster, target=OVN, directory=str(tmp_path)).facts["backup"] is None


def test_a_directory_that_is_not_there_holds_no_backup(tmp_path):
    cluster = in_the_window(tmp_path)
    outcome = describe_backup(cluster, target=OVN, directory=str(tmp_path / "elsewhere"))
    assert (outcome.facts["backup"], outcome.facts["in_files_only"], outcome.warnings) == (None, False, ())
