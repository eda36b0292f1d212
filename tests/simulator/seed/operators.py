"""The ClusterOperators of a healthy cluster, as ``cluster_operators.yaml`` lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.ports import Object
from tests.simulator.profiles import Profile
from tests.simulator.seed.context import Seeding
from tests.simulator.seed.networks import operator_conditions
from tests.simulator.yaml_files import read

_ALL_IS_WELL = "All is well"


@dataclass(frozen=True)
class Operator:
    """One ClusterOperator: where its operands live, what it says when all is well, and which versions it reports."""

    name: str
    namespaces: Sequence[str]
    available: str = ""
    progressing: str = ""
    degraded: str = ""
    upgradeable: str = _ALL_IS_WELL
    #: further relatedObjects
    related: Sequence[Object] = ()
    #: names in ``status.versions`` besides ``operator``
    operands: Sequence[str] = ()
    reason: str = "AsExpected"
    #: further conditions that are always there: ``type``, ``status``, ``reason``
    further: Sequence[Mapping[str, str]] = ()


OPERATORS = tuple(Operator(**entry) for entry in read(Path(__file__).with_name("cluster_operators.yaml")))


def seed_operators(seeding: Seeding) -> None:
    for index, operator in enumerate(OPERATORS):
        seeding.create(
            "clusteroperators.config.openshift.io",
            operator.name,
            {"spec": {}, "status": status_of(operator, index=index, seeding=seeding)},
            created=seeding.ages.installing(minutes=2),
            annotations={
                "exclude.release.openshift.io/internal-openshift-hosted": "true",
                "include.release.openshift.io/self-managed-high-availability": "true",
                "include.release.openshift.io/single-node-developer": "true",
            },
            ownerReferences=[
                {
                    "apiVersion": "config.openshift.io/v1",
                    "kind": "ClusterVersion",
                    "name": "version",
                    "uid": seeding.uid("clusterversions.config.openshift.io", "version"),
                    "controller": True,
                }
            ],
        )


def status_of(operator: Operator, *, index: int, seeding: Seeding) -> Object:
    """The whole status of an operator at rest."""
    status: Object = {
        "conditions": _conditions(operator, index=index, seeding=seeding),
        "extension": None,
        "relatedObjects": _related(operator),
        "versions": _versions(operator, profile=seeding.profile),
    }
    return status


def _conditions(operator: Operator, *, index: int, seeding: Seeding) -> list[Object]:
    since = seeding.ages.installing(minutes=18 + index % 23)
    if operator.name == "network":
        return operator_conditions(seeding.profile, since=since)
    numbers = {
        "version": seeding.profile.version,
        "masters": len(seeding.topology.masters),
        "nodes": len(seeding.topology.nodes),
    }

    def reported(kind: str, status: str, message: str, reason: str) -> Object:
        known: Object = {"lastTransitionTime": since}
        if message:
            known["message"] = message.format(**numbers)
        if reason:
            known["reason"] = reason
        return {**known, "status": status, "type": kind}

    reason = operator.reason
    shown = [
        reported("Available", "True", operator.available, reason),
        reported("Progressing", "False", operator.progressing, "AsExpected" if reason else ""),
        reported("Degraded", "False", operator.degraded, "AsExpected" if reason else ""),
        reported("Upgradeable", "True", operator.upgradeable, "AsExpected" if reason else ""),
    ]
    return [*shown, *(reported(one["type"], one["status"], "", one["reason"]) for one in operator.further)]


def _related(operator: Operator) -> list[Object]:
    return [*operator.related, *({"group": "", "name": name, "resource": "namespaces"} for name in operator.namespaces)]


def _versions(operator: Operator, *, profile: Profile) -> list[Object]:
    kubernetes = profile.kubernetes_version.removeprefix("v").partition("+")[0]
    versions = [{"name": "operator", "version": profile.version}]
    for operand in operator.operands:
        is_kubernetes = operand.startswith("kube-") and operand in (
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
        )
        versions.append({"name": operand, "version": kubernetes if is_kubernetes else profile.version})
    return versions
