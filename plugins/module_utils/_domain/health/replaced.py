# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terminal pods: whether what they were there for runs without them.

A node that reboots without a drain leaves such pods behind: the kubelet does not admit them again (NodeAffinity,
UnexpectedAdmissionError) and no controller removes them at once (kubernetes, pkg/kubelet/lifecycle/predicate.go; a
ReplicaSet counts only active pods, pkg/controller/controller_utils.go, FilterActivePods).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from .operators import Operator
from .pods import Pod, job_finished

#: Pods without a controller that an operator makes, and makes again while a node lacks a revision (library-go,
#: pkg/operator/staticpod/controller/installer and prune); when it gives up it is Degraded.
OF_AN_OPERATOR = re.compile(r"(installer|revision-pruner)-\d+-.+")
PLATFORM = "openshift-"


@dataclass(frozen=True)
class Successors:
    """What is known of those who replace pods: ``namespace/name`` of Deployments that have their replicas, of Jobs with
    an attempt under way and of finished ones, and the names of healthy ClusterOperators."""

    deployments: Collection[str] = ()
    active_jobs: Collection[str] = ()
    finished_jobs: Collection[str] = ()
    operators: Collection[str] = ()


def replaced(pods: Sequence[Pod], successors: Successors) -> frozenset[str]:
    """``namespace/name`` of the terminal pods that nobody misses."""
    return frozenset(pod.key for pod in pods if pod.terminal and _missed_by_nobody(pod, pods, successors))


def _missed_by_nobody(pod: Pod, pods: Iterable[Pod], successors: Successors) -> bool:
    if pod.served_by is None:
        return operator_of(pod) in successors.operators
    kind, name = pod.served_by
    key = f"{pod.namespace}/{name}"
    if kind == "Deployment":
        return key in successors.deployments
    if kind == "Job":
        # The kubelet gives a reason when it has ended the pod; what failed by itself may fail again.
        return key in successors.finished_jobs or (bool(pod.reason) and key in successors.active_jobs)
    return _has_others(pod, pods)


def _has_others(pod: Pod, pods: Iterable[Pod]) -> bool:
    """Whether the same controller has other pods, at the same node where it has one for each, and all are Ready."""
    others = [
        other
        for other in pods
        if (other.namespace, other.served_by) == (pod.namespace, pod.served_by)
        and not other.terminal
        and other.phase != "Succeeded"
        and (pod.served_by is None or pod.served_by[0] != "DaemonSet" or other.node == pod.node)
    ]
    return bool(others) and all(other.ready and not other.deleting for other in others)


def operator_of(pod: Pod) -> Optional[str]:
    """The ClusterOperator that makes such pods."""
    if pod.owner is None and pod.namespace.startswith(PLATFORM) and OF_AN_OPERATOR.fullmatch(pod.name):
        return pod.namespace[len(PLATFORM) :]
    return None


def with_replicas(deployments: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The keys of those that have as many Ready replicas as they are to have."""
    for deployment in deployments:
        metadata, status = deployment["metadata"], deployment.get("status") or {}
        wanted = (deployment.get("spec") or {}).get("replicas", 1)
        seen = status.get("observedGeneration", 0) >= metadata.get("generation", 0)
        if seen and status.get("readyReplicas", 0) >= wanted:
            yield f"{metadata.get('namespace', '')}/{metadata['name']}"


def jobs_by_state(jobs: Iterable[Mapping[str, Any]]) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of those with an attempt under way, and of those that have come to their end."""
    named = {f"{job['metadata'].get('namespace', '')}/{job['metadata']['name']}": job for job in jobs}
    active = {key for key, job in named.items() if (job.get("status") or {}).get("active")}
    return frozenset(active), frozenset(key for key, job in named.items() if job_finished(job))


def healthy(operators: Iterable[Operator]) -> Iterator[str]:
    """Those that are Available and not Degraded: one that is progressing has not given up."""
    for operator in operators:
        if operator.conditions["Available"].true and operator.conditions["Degraded"].false:
            yield operator.name
