# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods: which are in error, and whether a static pod is ready."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from ..conditions import Conditions
from ..moments import parsed
from ..verdicts import Verdict, counted, done, listed, pending

#: What a container waits for when it does not wait for something normal (ContainerCreating, PodInitializing).
ERRORS = (
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PreStartHookError",
    "PostStartHookError",
)
#: Of these, what comes from the pod itself, so that no reboot mends it.
OF_THE_POD = ("ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError")
#: Seconds that a pod may take from its node's reboot, or from its creation, until it is Ready.
START_GRACE = 300
#: A pod that a graceful node shutdown ended is Failed for ever and replaced by its controller
#: (kubernetes, pkg/kubelet/nodeshutdown).
SHUTDOWN_REASONS = ("Terminated", "NodeShutdown")
#: Controllers that give their pods new names, and how (kubernetes, apiserver/pkg/storage/names).
GENERATING = ("ReplicaSet", "ReplicationController", "DaemonSet", "Job")
SUFFIX, LONGEST_PREFIX = re.compile(r"[a-z0-9]{5}"), 58


@dataclass(frozen=True)
class PodInError:
    """``mendable`` is False where a reboot of its node would be for nothing."""

    namespace: str
    name: str
    node: str
    reason: str
    mendable: bool = True

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    def to_json(self) -> dict[str, str]:
        return {"namespace": self.namespace, "name": self.name, "node": self.node, "reason": self.reason}


@dataclass(frozen=True)
class Pod:
    """``owner`` is (kind, name) of the controller, or None. ``waiting`` are reasons of containers that do not run.

    ``unready_since`` is None when nobody has written it down. ``served_by`` is the object that the controller works
    for, (kind, name): a ReplicaSet for a Deployment, a ReplicationController for a DeploymentConfig; else the
    controller.
    ``lasting``: its containers are started again whenever they end.
    """

    namespace: str
    name: str
    node: str
    phase: str
    reason: str
    ready: bool
    deleting: bool
    created: str
    owner: tuple[str, str] | None
    waiting: tuple[str, ...]
    running: frozenset[str]
    unschedulable: bool
    lasting: bool
    unready_since: Optional[datetime]
    served_by: Optional[tuple[str, str]]

    @classmethod
    def from_json(cls, pod: Mapping[str, Any]) -> Pod:
        metadata, status = pod["metadata"], pod.get("status") or {}
        conditions = Conditions.from_json(status.get("conditions") or ())
        states = [
            (str(container.get("name", "")), container.get("state") or {})
            for part in ("initContainerStatuses", "containerStatuses")
            for container in status.get(part) or ()
        ]
        owner = _controller(metadata.get("ownerReferences") or ())
        return cls(
            namespace=metadata.get("namespace", ""),
            name=metadata["name"],
            node=(pod.get("spec") or {}).get("nodeName") or "",
            phase=status.get("phase", ""),
            reason=status.get("reason") or "",
            ready=conditions["Ready"].true,
            deleting=bool(metadata.get("deletionTimestamp")),
            created=metadata.get("creationTimestamp") or "",
            owner=owner,
            waiting=tuple((state.get("waiting") or {}).get("reason") or "" for _name, state in states),
            running=frozenset(name for name, state in states if state.get("running") is not None),
            unschedulable=conditions["PodScheduled"].false and conditions["PodScheduled"].reason == "Unschedulable",
            lasting=(pod.get("spec") or {}).get("restartPolicy", "Always") == "Always",
            unready_since=_unready_since(status.get("conditions") or (), created=metadata.get("creationTimestamp")),
            served_by=_served_by(owner, metadata.get("labels") or {}),
        )

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    def known(self, baseline: Collection[str]) -> bool:
        """Whether ``baseline`` (``namespace/name``) has this pod, or one that its controller has replaced by it."""
        if self.key in baseline:
            return True
        if self.owner is None or self.owner[0] not in GENERATING:
            return False
        start = f"{self.namespace}/" + f"{self.owner[1]}-"[:LONGEST_PREFIX]
        return any(key.startswith(start) and SUFFIX.fullmatch(key[len(start) :]) for key in baseline)

    @property
    def error(self) -> str | None:
        """Why the pod is in error, in the word that ``oc get pods`` shows; None when it is not.

        A pod that is being deleted is on its way out, whatever its containers do.
        """
        if self.deleting:
            return None
        if self.phase == "Unknown":
            return self.reason or "Unknown"
        if self.phase == "Failed":
            replaced = self.owner is not None and self.reason in SHUTDOWN_REASONS
            return None if replaced else self.reason or "Failed"
        if self.phase == "Pending" and self.unschedulable:
            return "Unschedulable"
        return next((reason for reason in self.waiting if reason in ERRORS), None)

    @property
    def terminal(self) -> bool:
        """Ended without success for good (kubernetes, pkg/api/v1/pod, IsPodPhaseTerminal)."""
        return self.phase == "Failed"

    @property
    def starting(self) -> bool:
        """On a node, and not Ready yet, or not Ready again since the node's reboot. One that is to end by itself starts
        until its containers run."""
        if self.deleting or not self.node or self.error:
            return False
        return self.phase == "Pending" or (self.phase == "Running" and self.lasting and not self.ready)

    def stuck(self, *, now: datetime, grace: float) -> bool:
        return self.starting and self.unready_since is not None and (now - self.unready_since).total_seconds() >= grace

    def in_error(self) -> PodInError | None:
        reason = self.error
        if not reason:
            return None
        mendable = bool(self.node) and not self.terminal and reason not in OF_THE_POD
        return PodInError(self.namespace, self.name, self.node, reason, mendable)

    def as_stuck(self) -> PodInError:
        reason = next((reason for reason in self.waiting if reason), "NotReady")
        return PodInError(self.namespace, self.name, self.node, reason)


def _controller(owners: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    for owner in owners:
        if owner.get("controller"):
            return str(owner.get("kind", "")), str(owner.get("name", ""))
    return None


def _served_by(owner: Optional[tuple[str, str]], labels: Mapping[str, str]) -> Optional[tuple[str, str]]:
    """(kubernetes, pkg/controller/deployment: ReplicaSets are named DEPLOYMENT-HASH, pods carry the hash; openshift
    apps: pods of a DeploymentConfig carry its name)"""
    if owner is None:
        return None
    kind, name = owner
    end = f"-{labels.get('pod-template-hash', '')}"
    if kind == "ReplicaSet" and len(end) > 1 and name.endswith(end):
        return "Deployment", name[: -len(end)]
    if kind == "ReplicationController" and labels.get("deploymentconfig"):
        return "DeploymentConfig", labels["deploymentconfig"]
    return owner


def _unready_since(conditions: Iterable[Mapping[str, Any]], *, created: Any) -> Optional[datetime]:
    written = [condition.get("lastTransitionTime") for condition in conditions if condition.get("type") == "Ready"]
    text = next((str(moment) for moment in [*written, created] if moment), "")
    try:
        return parsed(text)
    except ValueError:
        return None


def job_finished(job: Mapping[str, Any]) -> bool:
    """Whether a Job has come to its end, well or not: its failed attempts are history then."""
    conditions = Conditions.from_json((job.get("status") or {}).get("conditions") or ())
    return conditions["Complete"].true or conditions["Failed"].true


def in_error(
    pods: Iterable[Pod],
    *,
    ignore_namespaces: Collection[str] = (),
    replaced: Collection[str] = (),
    stuck: Collection[str] = (),
) -> tuple[PodInError, ...]:
    """The pods in error that count, by node and name.

    :param replaced: ``namespace/name`` of terminal pods that nobody misses
    :param stuck: ``namespace/name`` of pods that do not become Ready
    """
    found = [
        wrong
        for pod in pods
        if pod.namespace not in ignore_namespaces and pod.key not in replaced
        for wrong in [pod.as_stuck() if pod.key in stuck else pod.in_error()]
        if wrong
    ]
    return tuple(sorted(found, key=lambda pod: (pod.node, pod.namespace, pod.name)))


def by_node(pods: Iterable[PodInError]) -> dict[str, list[str]]:
    """Node name -> ``namespace/name`` of its pods; pods that no node has taken stand under the empty name."""
    nodes: dict[str, list[str]] = {}
    for pod in pods:
        nodes.setdefault(pod.node, []).append(pod.key)
    return nodes


def nodes_to_reboot(pods: Iterable[PodInError]) -> list[str]:
    """The nodes whose reboot may mend a pod, by name."""
    return sorted({pod.node for pod in pods if pod.mendable})


def pods_verdict(pods: Sequence[PodInError], *, looked_at: int, starting: Sequence[Pod] = ()) -> Verdict:
    """
    :param looked_at: how many pods were read
    :param starting: what is not known to be well yet
    """
    if not pods and starting:
        names = listed(f"{pod.key} on {pod.node}" for pod in starting)
        return pending(f"{counted(len(starting), 'pod', 'are')} starting: {names}")
    if not pods:
        return done(f"none of {counted(looked_at, 'pod')} is in error")
    found = listed(f"{pod.key} on {pod.node or 'no node'} ({pod.reason})" for pod in pods)
    return pending(f"{counted(len(pods), 'pod')} in error: {found}")
