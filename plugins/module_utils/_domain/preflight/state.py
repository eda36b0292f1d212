# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the cluster is at rest and healthy, so that what goes wrong later is the migration's doing."""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Conditions
from ..health.api_services import WAY_ON
from ..health.operators import Operator
from ..migration.leftover import under_way
from ..namespaces import WAY_ON as NAMESPACE_WAY_ON
from ..namespaces import going, held_by
from ..networks import NAMESPACE
from ..pools.pool import RenderedConfig
from ..reboot.quorum import NAMESPACE as ETCD
from ..reboot.quorum import quorum_verdict
from ..verdicts import counted, listed
from .findings import ANY_METHOD, OFFLINE, Check, Problem, objects, told_on_the_way_back
from .snapshot import Json, Snapshot

#: Reasons for which the Cluster Network Operator does not apply what it is told
#: (cluster-network-operator 4.14, pkg/controller/operconfig/operconfig_controller.go).
REFUSALS = ("InvalidOperatorConfig", "InvalidClusterConfig", "ApplyOperatorConfig", "MergeClusterConfig")
CEPH_HEALTHY = "HEALTH_OK"
#: Set and reset only while the annotation is there (cluster-network-operator 4.15 and 4.16,
#: pkg/controller/operconfig/cluster.go); clusteroperator network is not Upgradeable with it (4.16,
#: pkg/controller/statusmanager/status_manager.go).
LIVE_IN_PROGRESS = "NetworkTypeMigrationInProgress"
END_LIVE = (
    "see that spec.migration of networks.operator.openshift.io cluster is empty and every pool Updated, then let the "
    "operator end it: oc annotate network.config cluster network.openshift.io/network-type-migration=, wait some "
    "minutes until the condition is False, and take the annotation away (network-type-migration-)."
)


def _upgrade(snapshot: Snapshot) -> Iterator[Problem]:
    conditions = Conditions.from_json((snapshot.cluster_version.get("status") or {}).get("conditions") or ())
    if not conditions["Progressing"].false:
        why = conditions["Progressing"].why or "the condition is not reported"
        yield Problem(f"an upgrade is under way ({_line(why)})", ("clusterversion/version",))
    if conditions["Failing"].true:
        why = _line(conditions["Failing"].why)
        yield Problem(f"the cluster version operator fails ({why})", ("clusterversion/version",))


def _migration(snapshot: Snapshot) -> Iterator[Problem]:
    config, operator = snapshot.networks.config, snapshot.networks.operator
    if any((operator.migration or {}).values()) and not (operator.migration or {}).get("mtu"):
        told = ", ".join(f"{name} {value}" for name, value in (operator.migration or {}).items() if value)
        text = f"spec.migration of networks.operator.openshift.io cluster is set ({told})"
        why = _under_way(snapshot)
        if why:
            yield Problem(f"{text}, and that is no leftover: {why}")
        else:
            remedy = "Nothing has to be done: cno_prepare clears it before it asks for the migration."
            yield Problem(f"{text}, which an earlier migration has left", severity="info", remedy=remedy)
    elif config.migrating and not _mtu_status(snapshot):
        yield Problem("status.migration of networks.config.openshift.io cluster is still there")


def _under_way(snapshot: Snapshot) -> str:
    used = {name for pool in snapshot.pools if pool.machines for name in (pool.spec_config, pool.status_config)}
    runs = snapshot.networks.config.spec_type
    configs = [RenderedConfig.from_json(raw) for raw in snapshot.machine_configs if raw["metadata"]["name"] in used]
    unlike = sorted(config.name for config in configs if config.network_type != runs)
    return under_way(snapshot.networks, unlike_type=unlike, nodes=snapshot.nodes, record=snapshot.flip_record)


def _live(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot.networks.config.live:
        yield Problem(
            "networks.config.openshift.io cluster has the annotation network.openshift.io/network-type-migration, with "
            "which any change of the network type becomes a live migration"
        )
    conditions = Conditions.from_json((snapshot.network_config.get("status") or {}).get("conditions") or ())
    if conditions[LIVE_IN_PROGRESS].true and not snapshot.networks.config.live:
        # With a migration of ours begun nobody acts on it, and it cannot be ended before ours is.
        begun = snapshot.rescue or snapshot.wanted.moment == "switch"
        yield Problem(
            f"networks.config.openshift.io cluster says {LIVE_IN_PROGRESS}=True without the annotation of a live "
            "migration, so one was given up half way: nothing ends it, and on 4.16 no upgrade begins before it ends",
            ("network.config/cluster",),
            severity="warn" if begun else None,
            remedy=f"When this migration is complete: {END_LIVE}" if begun else f"{END_LIVE[0].upper()}{END_LIVE[1:]}",
        )


def _mtu(snapshot: Snapshot) -> Iterator[Problem]:
    if (snapshot.networks.operator.migration or {}).get("mtu") or _mtu_status(snapshot):
        yield Problem("a change of the MTU is under way (spec.migration.mtu)")
    used = {name for pool in snapshot.pools for name in (pool.spec_config, pool.status_config)}
    for config in snapshot.machine_configs:
        name = config["metadata"]["name"]
        if name in used and _enables(config, "mtu-migration.service"):
            yield Problem(
                f"machineconfig {name} still enables mtu-migration.service, which a change of the MTU has left",
                (f"machineconfig/{name}",),
            )


def _mtu_status(snapshot: Snapshot) -> bool:
    status = snapshot.network_config.get("status") or {}
    return bool((status.get("migration") or {}).get("mtu"))


def _enables(config: Json, unit: str) -> bool:
    ignition = (config.get("spec") or {}).get("config") or {}
    units = (ignition.get("systemd") or {}).get("units") or ()
    return any(known.get("name") == unit and known.get("enabled") for known in units)


def _operators(snapshot: Snapshot) -> Iterator[Problem]:
    if not snapshot.operators:
        yield Problem("no ClusterOperator is listed")
    unhealthy = [operator for operator in snapshot.operators if operator.complaints]
    if unhealthy:
        yield Problem(
            f"{counted(len(unhealthy), 'operator', 'are')} not healthy: "
            f"{listed((_complaint(operator) for operator in unhealthy), separator='; ')}",
            objects("clusteroperator", (operator.name for operator in unhealthy)),
        )


def _complaint(operator: Operator) -> str:
    first = operator.complaints[0]
    return f"{operator.name} says {first.type}={first.status} ({_line(first.why) or 'no reason given'})"


def _network_operator(snapshot: Snapshot) -> Iterator[Problem]:
    network = next((operator for operator in snapshot.operators if operator.name == "network"), None)
    if network is None:
        yield Problem("there is no ClusterOperator network")
        return
    degraded = network.conditions["Degraded"]
    if degraded.true and degraded.reason in REFUSALS:
        yield Problem(
            f"the Cluster Network Operator refuses its configuration: {_line(degraded.why)}",
            ("clusteroperator/network",),
        )


def _api_services(snapshot: Snapshot) -> Iterator[Problem]:
    services = snapshot.api_services
    if services.complaints:
        yield Problem(
            f"namespaces could not be deleted: {listed(services.complaints, separator='; ')}",
            objects("apiservice", (service.name for service in services.away)),
        )
    for text in services.told:
        yield Problem(text, severity="warn", acknowledge=False)


def _new_namespace(snapshot: Snapshot) -> Iterator[Problem]:
    name = NAMESPACE[snapshot.wanted.target]
    for namespace in snapshot.namespaces:
        if namespace["metadata"]["name"] == name and going(namespace):
            why = listed(held_by(namespace), separator="; ") or "nothing says why it is still there"
            yield Problem(f"namespace {name} is being deleted: {_line(why)}", (f"namespace/{name}",))


def _pods(snapshot: Snapshot) -> Iterator[Problem]:
    wrong = snapshot.pods_in_error
    if wrong:
        yield Problem(
            f"{counted(len(wrong), 'pod', 'are')} in error already: {listed(f'{p.key} ({p.reason})' for p in wrong)}",
            objects("pod", (pod.key for pod in wrong)),
        )


def _etcd(snapshot: Snapshot) -> Iterator[Problem]:
    etcd = next((operator for operator in snapshot.operators if operator.name == "etcd"), None)
    if etcd is None or etcd.complaints:
        told = _complaint(etcd) if etcd else "there is no ClusterOperator etcd"
        yield Problem(told, ("clusteroperator/etcd",))
    members = [
        pod
        for pod, raw in zip(snapshot.pods, snapshot.raw_pods)
        if pod.namespace == ETCD and (raw["metadata"].get("labels") or {}).get("app") == "etcd"
    ]
    masters = [node.name for node in snapshot.nodes if node.control_plane]
    verdict = quorum_verdict(api_ready=True, pods=members, control_plane=masters)
    if verdict.state != "done":
        yield Problem(verdict.reason, objects("pod", (pod.key for pod in members if not pod.ready)))


def _etcd_backup(snapshot: Snapshot) -> Iterator[Problem]:
    text = "whether there is a recent backup of etcd cannot be seen through the API"
    yield told_on_the_way_back(Problem(text), snapshot)


def _ceph(snapshot: Snapshot) -> Iterator[Problem]:
    for cluster in snapshot.ceph_clusters:
        health = ((cluster.get("status") or {}).get("ceph") or {}).get("health") or "nothing"
        if health != CEPH_HEALTHY:
            name = f"{cluster['metadata'].get('namespace', '')}/{cluster['metadata']['name']}"
            yield Problem(f"Ceph cluster {name} reports {health}", (f"cephcluster/{name}",))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


CHECKS = (
    Check(
        "no_upgrade",
        _upgrade,
        severity="block",
        methods=ANY_METHOD,
        title="No upgrade is under way, and the cluster version operator does not fail.",
        remedy="Wait for the upgrade, or repair it (oc adm upgrade).",
        before_switch=True,
    ),
    Check(
        "no_migration",
        _migration,
        severity="block",
        methods=ANY_METHOD,
        title="No migration of the network type is under way.",
        remedy=(
            "status.yml says where it stands: go on with migrate.yml or rollback.yml, or, when it has not begun, clear "
            "spec.migration and wait until status.migration is gone. A leftover, by which nothing moves, is only told: "
            "cno_prepare clears it."
        ),
    ),
    Check(
        "no_live_annotation",
        _live,
        severity="block",
        methods=ANY_METHOD,
        title="Nothing of a live migration is left: no annotation, and no condition that says that one goes on.",
        remedy=(
            "When no live migration runs, remove it: oc annotate network.config cluster "
            "network.openshift.io/network-type-migration-"
        ),
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "no_mtu_migration",
        _mtu,
        severity="block",
        methods=OFFLINE,
        title="No change of the MTU is under way or left over.",
        remedy="Finish the change of the MTU first, with spec.migration set to null at its end.",
        before_switch=True,
    ),
    Check(
        "operators_healthy",
        _operators,
        severity="block",
        methods=ANY_METHOD,
        title="Every ClusterOperator is Available, not Progressing and not Degraded.",
        remedy="Repair them first: oc describe co NAME.",
        before_switch=True,
    ),
    Check(
        "network_operator_accepts",
        _network_operator,
        severity="block",
        methods=ANY_METHOD,
        title="The Cluster Network Operator accepts its present configuration.",
        remedy="Correct networks.operator.openshift.io cluster until the operator is not Degraded.",
        before_switch=True,
    ),
    Check(
        "api_services_available",
        _api_services,
        severity="block",
        methods=ANY_METHOD,
        title="Every APIService is Available, as the clean-up wants it.",
        remedy=WAY_ON,
    ),
    Check(
        "new_namespace_free",
        _new_namespace,
        severity="block",
        methods=ANY_METHOD,
        title="The namespace of the network plugin to come is not being deleted: nothing can be made in it until it is "
        "gone.",
        remedy=f"Wait until it is gone. {NAMESPACE_WAY_ON}",
        stops_rescue=True,
    ),
    Check(
        "pods_in_error",
        _pods,
        severity="info",
        methods=ANY_METHOD,
        title="The pods that are in error before the migration, to be compared with those after it.",
        remedy="Repair what you do not want to search for afterwards.",
    ),
    Check(
        "etcd_healthy",
        _etcd,
        severity="block",
        methods=ANY_METHOD,
        title="etcd is healthy, with a Ready member on every control-plane node.",
        remedy="Repair etcd first: oc get pods -n openshift-etcd -l app=etcd -o wide.",
        before_switch=True,
    ),
    Check(
        "etcd_backup",
        _etcd_backup,
        severity="block",
        methods=ANY_METHOD,
        title="There is a recent backup of etcd.",
        remedy="Take one (cluster-backup.sh on a control-plane node; cno_backup can do it), then acknowledge it.",
        acknowledge=True,
    ),
    Check(
        "ceph_healthy",
        _ceph,
        severity="warn",
        methods=ANY_METHOD,
        title="Every Ceph cluster (OpenShift Data Foundation) is HEALTH_OK.",
        remedy="Let Ceph recover first, since every storage node goes down; acknowledge it when its data may wait.",
        acknowledge=True,
        before_switch=True,
    ),
)
