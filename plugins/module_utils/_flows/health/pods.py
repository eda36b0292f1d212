# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until no pod is in error that was not in error before; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..._cluster.kinds import CLUSTER_OPERATOR, DEPLOYMENT, JOB, POD, Kind
from ..._cluster.port import Cluster, Json, Reader
from ..._cluster.readers import namespace_exists
from ..._domain.errors import Refused
from ..._domain.health.operators import Operator
from ..._domain.health.pods import (
    START_GRACE,
    Pod,
    PodInError,
    by_node,
    in_error,
    nodes_to_reboot,
    pods_verdict,
)
from ..._domain.health.replaced import Successors, healthy, jobs_by_state, operator_of, replaced, with_replicas
from ..._domain.verdicts import Verdict, pending
from ..outcome import Outcome
from ..waiting.latest import LastObservation
from ..waiting.waiter import Waiter


@dataclass(frozen=True)
class PodsView:
    """``known`` are pods in error that stood in the baseline; ``starting`` are not in error yet."""

    looked_at: int
    wrong: tuple[PodInError, ...]
    known: tuple[PodInError, ...]
    starting: tuple[Pod, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "pods": [pod.to_json() for pod in self.wrong],
            "by_node": by_node(self.wrong),
            "reboot_may_help": nodes_to_reboot(self.wrong),
            "in_error": sorted(pod.key for pod in (*self.wrong, *self.known)),
        }


def wait_for_pods(
    cluster: Cluster,
    waiter: Waiter,
    *,
    namespaces: Sequence[str],
    ignore_namespaces: Sequence[str],
    baseline: Sequence[str],
    start_grace: float = START_GRACE,
) -> Outcome:
    """Pods that were starting at the first look are waited for, until they are Ready or in error. Those that come later
    count when they are in error: a busy cluster always starts some.

    :param namespaces: where to look, everywhere when empty
    :param baseline: ``namespace/name`` of pods whose error is known, also of those that have been replaced since
    :param start_grace: seconds that a pod may take until it is Ready
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

    first: list[frozenset[str]] = []

    def observe() -> PodsView:
        pods = _read(cluster, namespaces=namespaces)
        found = _in_error(cluster, pods, ignore_namespaces=ignore_namespaces, grace=start_grace)
        before = {pod.key for pod in pods if pod.known(baseline)}
        aside = before | {pod.key for pod in found}
        starting = [pod for pod in pods if pod.starting and pod.namespace not in ignore_namespaces]
        first[:] = first or [frozenset(pod.key for pod in starting)]
        return PodsView(
            looked_at=len(pods),
            wrong=tuple(pod for pod in found if pod.key not in before),
            known=tuple(pod for pod in found if pod.key in before),
            starting=tuple(pod for pod in starting if pod.key in first[0] and pod.key not in aside),
        )

    def judge(view: PodsView) -> Verdict:
        if not namespaces and not view.looked_at:
            return pending("not a single pod is listed, which no cluster can be")
        return pods_verdict(view.wrong, looked_at=view.looked_at, starting=view.starting)

    latest = LastObservation(observe, PodsView.to_json)
    wait = latest.awaited(
        waiter,
        tried="see every pod without an error",
        judge=judge,
        remedy="Look at these pods; after a change of network, reboot the node whose pods do not start. Delete a "
        "Failed pod that nothing replaces and nobody needs, or name it in the baseline.",
    )
    return Outcome(wait=wait, facts=latest.shown)


def pods_in_error(cluster: Reader, *, ignore_namespaces: Sequence[str] = ()) -> tuple[PodInError, ...]:
    """Every pod in error, looked at once: before a migration, for its backup, and after it."""
    pods = _read(cluster, namespaces=())
    return _in_error(cluster, pods, ignore_namespaces=ignore_namespaces, grace=START_GRACE)


def _in_error(
    cluster: Reader, pods: Sequence[Pod], *, ignore_namespaces: Sequence[str], grace: float
) -> tuple[PodInError, ...]:
    return in_error(
        pods,
        ignore_namespaces=ignore_namespaces,
        replaced=replaced(pods, _successors(cluster, pods)),
        stuck=_stuck(cluster, pods, grace=grace),
    )


def _stuck(cluster: Reader, pods: Sequence[Pod], *, grace: float) -> frozenset[str]:
    starting = [pod for pod in pods if pod.starting]
    if not starting:
        return frozenset()
    now = cluster.now()
    return frozenset(pod.key for pod in starting if pod.stuck(now=now, grace=grace))


def _read(cluster: Reader, *, namespaces: Sequence[str]) -> list[Pod]:
    if not namespaces:
        return [Pod.from_json(pod) for pod in cluster.list(POD)]
    return [Pod.from_json(pod) for namespace in namespaces for pod in cluster.list(POD, namespace=namespace)]


def _successors(cluster: Reader, pods: Sequence[Pod]) -> Successors:
    """What replaces pods is read only where one has failed."""
    ended = [pod for pod in pods if pod.terminal]
    active, finished = jobs_by_state(_beside(cluster, JOB, ended))
    operators = cluster.list(CLUSTER_OPERATOR) if any(operator_of(pod) for pod in ended) else []
    return Successors(
        deployments=frozenset(with_replicas(_beside(cluster, DEPLOYMENT, ended))),
        active_jobs=active,
        finished_jobs=finished,
        operators=frozenset(healthy(Operator.from_json(operator) for operator in operators)),
    )


def _beside(cluster: Reader, kind: Kind, pods: Sequence[Pod]) -> list[Json]:
    """The objects of ``kind`` in the namespaces where one of them may have made one of ``pods``."""
    namespaces = sorted({pod.namespace for pod in pods if pod.served_by and pod.served_by[0] == kind.kind})
    return [body for namespace in namespaces for body in cluster.list(kind, namespace=namespace)]
