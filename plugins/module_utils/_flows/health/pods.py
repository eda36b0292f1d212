# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until no pod is in error that was not in error before; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..._cluster.kinds import JOB, POD
from ..._cluster.port import Cluster
from ..._cluster.readers import namespace_exists
from ..._domain.errors import Refused
from ..._domain.health.pods import Pod, PodInError, by_node, in_error, job_finished, pods_verdict
from ..._domain.verdicts import Verdict, pending
from ..outcome import Outcome
from ..waiting.latest import LastObservation
from ..waiting.waiter import Waiter


@dataclass(frozen=True)
class PodsView:
    """``known`` are pods in error that stood in the baseline."""

    looked_at: int
    wrong: tuple[PodInError, ...]
    known: tuple[PodInError, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "pods": [pod.to_json() for pod in self.wrong],
            "by_node": by_node(self.wrong),
            "in_error": sorted(pod.key for pod in (*self.wrong, *self.known)),
        }


def wait_for_pods(
    cluster: Cluster,
    waiter: Waiter,
    *,
    namespaces: Sequence[str],
    ignore_namespaces: Sequence[str],
    baseline: Sequence[str],
) -> Outcome:
    """
    :param namespaces: where to look, everywhere when empty
    :param baseline: ``namespace/name`` of pods whose error is known, also of those that have been replaced since
    :raises Refused: when one of ``namespaces`` does not exist; the API would list no pods there, and all would be well
    :raises WaitEnded: with the pods in error
    """
    missing = [name for name in namespaces if not namespace_exists(cluster, name)]
    if missing:
        raise Refused(
            tried=f"look at the pods of {', '.join(missing)}",
            seen="there is no such namespace",
            remedy="Correct the names; leave them out to mean all namespaces.",
        )

    def observe() -> PodsView:
        pods = _read(cluster, namespaces=namespaces)
        finished = _finished_jobs(cluster, pods)
        found = in_error(pods, finished_jobs=finished, ignore_namespaces=ignore_namespaces)
        before = {pod.key for pod in pods if pod.known(baseline)}
        wrong = tuple(pod for pod in found if pod.key not in before)
        return PodsView(len(pods), wrong, tuple(pod for pod in found if pod.key in before))

    def judge(view: PodsView) -> Verdict:
        if not namespaces and not view.looked_at:
            return pending("not a single pod is listed, which no cluster can be")
        return pods_verdict(view.wrong, looked_at=view.looked_at)

    latest = LastObservation(observe, PodsView.to_json)
    wait = latest.awaited(
        waiter,
        tried="see every pod without an error",
        judge=judge,
        remedy="Look at these pods; after a change of network, reboot the node whose pods do not start.",
    )
    return Outcome(wait=wait, facts=latest.shown)


def pods_in_error(cluster: Cluster, *, ignore_namespaces: Sequence[str] = ()) -> tuple[PodInError, ...]:
    """Every pod in error, looked at once."""
    pods = _read(cluster, namespaces=())
    return in_error(pods, finished_jobs=_finished_jobs(cluster, pods), ignore_namespaces=ignore_namespaces)


def _read(cluster: Cluster, *, namespaces: Sequence[str]) -> list[Pod]:
    if not namespaces:
        return [Pod.from_json(pod) for pod in cluster.list(POD)]
    return [Pod.from_json(pod) for namespace in namespaces for pod in cluster.list(POD, namespace=namespace)]


def _finished_jobs(cluster: Cluster, pods: Sequence[Pod]) -> frozenset[str]:
    """Jobs are read only where an attempt has failed."""
    namespaces = sorted({pod.namespace for pod in pods if pod.failed_job})
    return frozenset(
        f"{namespace}/{job['metadata']['name']}"
        for namespace in namespaces
        for job in cluster.list(JOB, namespace=namespace)
        if job_finished(job)
    )
