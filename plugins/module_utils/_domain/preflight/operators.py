# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the operators that carry out a migration are at work: what they are told is heard by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from ..verdicts import listed
from .findings import ANY_METHOD, Check, Problem
from .snapshot import Json, Snapshot

NETWORK = "openshift-network-operator"
MACHINE_CONFIG = "openshift-machine-config-operator"
#: Namespace and name of the Deployments without which nothing is carried out.
NETWORK_OPERATOR = ((NETWORK, "network-operator"),)
MACHINE_CONFIG_OPERATORS = (
    (MACHINE_CONFIG, "machine-config-operator"),
    (MACHINE_CONFIG, "machine-config-controller"),
)
#: With it the network operator leaves its own object alone; it does not look at any other value
#: (cluster-network-operator 4.12 to 4.16, pkg/controller/operconfig/operconfig_controller.go).
UNMANAGED = "Unmanaged"


def _network(snapshot: Snapshot) -> Iterator[Problem]:
    spec = snapshot.network_operator.get("spec") or {}
    if spec.get("managementState") == UNMANAGED:
        yield Problem(
            "the Cluster Network Operator does nothing that it is told: managementState of "
            f"networks.operator.openshift.io cluster is {UNMANAGED}",
            ("network.operator/cluster",),
            remedy=(
                'oc patch network.operator cluster --type=merge -p \'{"spec":{"managementState":"Managed"}}\', and '
                "wait until clusteroperator network is well."
            ),
        )
    yield from _asleep(snapshot, NETWORK_OPERATOR)


def _machine_config(snapshot: Snapshot) -> Iterator[Problem]:
    yield from _asleep(snapshot, MACHINE_CONFIG_OPERATORS)


def _asleep(snapshot: Snapshot, wanted: tuple[tuple[str, str], ...]) -> Iterator[Problem]:
    deployments = {(d["metadata"].get("namespace"), d["metadata"]["name"]): d for d in snapshot.operator_deployments}
    for namespace, name in wanted:
        why = _why_asleep(deployments.get((namespace, name)))
        if why:
            # A pod that is not available just now may come back by itself, and nothing else brings the network back.
            passing = snapshot.rescue and why != NO_REPLICAS and why != ABSENT
            yield Problem(
                f"deployment {namespace}/{name} {why}",
                (f"deployment/{namespace}/{name}",),
                severity="warn" if passing else None,
            )


ABSENT = "does not exist"
NO_REPLICAS = "has 0 replicas"


def _why_asleep(deployment: Optional[Json]) -> str:
    if deployment is None:
        return ABSENT
    spec: Any = deployment.get("spec") or {}
    if spec.get("replicas", 1) == 0:
        return NO_REPLICAS
    available = (deployment.get("status") or {}).get("availableReplicas")
    return "" if available else "has no available pod"


def _overrides(snapshot: Snapshot) -> Iterator[Problem]:
    """``oc scale`` alone lasts a moment, since the cluster version operator scales back what it manages."""
    spec = snapshot.cluster_version.get("spec") or {}
    taken = [
        f"{override.get('kind', '')} {override.get('namespace') or ''}/{override.get('name', '')}"
        for override in spec.get("overrides") or ()
        if override.get("unmanaged") and override.get("namespace") in (NETWORK, MACHINE_CONFIG)
    ]
    if taken:
        yield Problem(
            "the cluster version operator leaves alone what the migration depends on (spec.overrides of clusterversion "
            f"version), so that it may not be what belongs to this release: {listed(taken)}",
            ("clusterversion/version",),
        )


CHECKS = (
    Check(
        "network_operator_works",
        _network,
        severity="block",
        methods=ANY_METHOD,
        title="The Cluster Network Operator runs, and manages the network.",
        remedy=(
            f"oc scale -n {NETWORK} deployment network-operator --replicas=1; when it goes back to 0, look for its "
            "entry in spec.overrides of clusterversion version. Where its pod does not start: oc describe pod."
        ),
        stops_rescue=True,
        before_switch=True,
    ),
    Check(
        "machine_config_operator_works",
        _machine_config,
        severity="block",
        methods=ANY_METHOD,
        title="The Machine Config Operator and its controller run.",
        remedy=(
            f"oc scale -n {MACHINE_CONFIG} deployment machine-config-operator machine-config-controller --replicas=1; "
            "when they go back to 0, look for their entries in spec.overrides of clusterversion version. Where a pod "
            "does not start: oc describe pod."
        ),
        before_switch=True,
    ),
    Check(
        "operators_not_overridden",
        _overrides,
        severity="warn",
        methods=ANY_METHOD,
        title="The cluster version operator manages the network operator and the Machine Config Operator.",
        remedy=(
            "Remove these entries (oc edit clusterversion version), and wait until the cluster version operator has "
            "put back what it manages."
        ),
    ),
)
