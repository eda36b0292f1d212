# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DaemonSets and Deployments: when a rollout has finished, by the rules of ``kubectl rollout status``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..conditions import Condition, Conditions
from ..labels import Selector
from ..verdicts import Verdict, done, failed, listed, pending
from .pods import Pod, PodInError


@dataclass(frozen=True)
class Rollout:
    """``desired`` is how many pods there are to be, ``total`` how many there are, old ones included."""

    title: str
    generation: int
    observed_generation: int
    desired: int
    total: int
    updated: int
    available: int
    progressing: Condition
    selector: Selector
    on_delete: bool
    daemon: bool

    @classmethod
    def from_json(cls, body: Mapping[str, Any], *, kind: str) -> Rollout:
        """:param kind: DaemonSet or Deployment"""
        metadata, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
        daemon = kind == "DaemonSet"
        desired = status.get("desiredNumberScheduled", 0) if daemon else spec.get("replicas", 1)
        return cls(
            title=f"{kind} {metadata['namespace']}/{metadata['name']}",
            generation=metadata.get("generation", 0),
            observed_generation=status.get("observedGeneration", 0),
            desired=desired,
            total=desired if daemon else status.get("replicas", 0),
            updated=status.get("updatedNumberScheduled" if daemon else "updatedReplicas", 0),
            available=status.get("numberAvailable" if daemon else "availableReplicas", 0),
            progressing=Conditions.from_json(status.get("conditions") or ())["Progressing"],
            selector=Selector.from_json(spec.get("selector") or {}),
            on_delete=(spec.get("updateStrategy") or {}).get("type") == "OnDelete",
            daemon=daemon,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "generation": self.generation,
            "observed_generation": self.observed_generation,
            "desired": self.desired,
            "updated": self.updated,
            "available": self.available,
        }


def without_silent(rollout: Rollout, silent: Collection[str], pods: Iterable[Pod]) -> tuple[Rollout, tuple[str, ...]]:
    """(the rollout without the nodes of ``silent`` that it is to have a pod on, their names): no pod of them becomes
    available before somebody hears of their kubelet again. A DaemonSet's pods stay there: they tolerate it
    (kubernetes 1.27, pkg/controller/daemon/util, AddOrUpdateDaemonPodTolerations).

    :param pods: those of the rollout
    """
    if not rollout.daemon:
        return rollout, ()
    left = tuple(sorted({pod.node for pod in pods if pod.node in silent}))
    rest = max(rollout.desired - len(left), 0)
    return replace(rollout, desired=rest, total=rest), left


def rollout_verdict(rollout: Rollout, *, in_error: Sequence[PodInError] = (), left_out: Sequence[str] = ()) -> Verdict:
    """Whether the controller has seen the newest generation, and all pods are of it and available.

    No change is waited for: from 4.14 the multus DaemonSet does not roll on the flip, since its readiness file is
    named in a ConfigMap (cluster-network-operator 4.14, bindata/network/multus/multus.yaml). Its pods have no readiness
    probe: they are available while they wait for that file, 45 s at a time (multus-cni 4.14, pkg/types/conf.go).

    :param in_error: pods of this rollout that are in error, for the reason of a pending verdict
    :param left_out: nodes that ``rollout`` is without
    """
    name = rollout.title
    if left_out and rollout.desired == 0:
        return done(f"{name} is to run on nodes only that are not waited for: {_silent(left_out)}")
    if rollout.observed_generation < rollout.generation:
        return pending(
            f"{name}: generation {rollout.generation} is not yet observed (only {rollout.observed_generation})"
        )
    if not rollout.daemon and rollout.progressing.reason == "ProgressDeadlineExceeded":
        return failed(f"{name}: {rollout.progressing.why}{_pods(in_error)}")
    if rollout.daemon and rollout.desired == 0:
        return pending(f"{name} is not scheduled on any node")
    if rollout.updated < rollout.desired:
        hint = "; it is updated only when its pods are deleted (OnDelete)" if rollout.on_delete else ""
        return pending(f"{name}: {rollout.updated} of {rollout.desired} pods updated{hint}{_pods(in_error)}")
    if rollout.total > rollout.updated:
        return pending(f"{name}: {rollout.total - rollout.updated} old pods are still there")
    if rollout.available < rollout.desired:
        return pending(f"{name}: {rollout.available} of {rollout.desired} pods available{_pods(in_error)}")
    if left_out:
        return done(f"{name}: {rollout.desired} pods updated and available; not waited for: {_silent(left_out)}")
    return done(f"{name}: all {rollout.desired} pods updated and available")


def _silent(nodes: Sequence[str]) -> str:
    return f"{listed(nodes)} (nobody has heard of the kubelet there for a while: Ready is Unknown)"


def _pods(in_error: Sequence[PodInError]) -> str:
    if not in_error:
        return ""
    return "; " + listed(f"pod {pod.name} on {pod.node or 'no node'} is in {pod.reason}" for pod in in_error)
