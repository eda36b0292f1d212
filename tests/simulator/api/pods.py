"""What pods have beyond their objects: logs and eviction (kubernetes, pkg/registry/core/pod)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.simulator.api.calls import Call
from tests.simulator.api.negotiation import decoded_body
from tests.simulator.ports import Kubelet, Object
from tests.simulator.store.errors import ApiError, BadRequest, TooManyRequests
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.selectors import object_selector
from tests.simulator.store.trees import at

BUDGETS = "poddisruptionbudgets.policy"
VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."
_FINISHED = ("Succeeded", "Failed", "Pending")


def container_of(pod: Object, wanted: str) -> str:
    """The container that exec or log is about; ``BadRequest`` when that is not clear."""
    spec, name = pod.get("spec") or {}, pod["metadata"]["name"]
    main = [container["name"] for container in spec.get("containers") or ()]
    if not wanted:
        if len(main) != 1:
            raise BadRequest(f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]")
        return str(main[0])
    if wanted not in main + [container["name"] for container in spec.get("initContainers") or ()]:
        raise BadRequest(f"container {wanted} is not valid for pod {name}")
    return wanted


class LogReader:
    """The log of one container as the query of a request wants it."""

    def __init__(self, *, kubelet: Kubelet, pod: Object, call: Call) -> None:
        self._kubelet = kubelet
        self._pod = pod
        self._call = call
        self.container = container_of(pod, call.query.get("container", ""))
        self.follows = call.flag("follow")
        for name in ("tailLines", "limitBytes", "sinceSeconds"):
            if name in call.query and call.number(name) is None:
                value = call.query[name]
                raise BadRequest(f'strconv.ParseInt: parsing "{value}": invalid syntax')
        if call.flag("previous"):
            raise BadRequest(
                f'previous terminated container "{self.container}" in pod "{pod["metadata"]["name"]}" not found'
            )
        self._check_started()

    def lines(self) -> list[str]:
        """All lines that the container has written so far."""
        meta = self._pod["metadata"]
        return self._kubelet.logs(namespace=meta["namespace"], pod=meta["name"], container=self.container)

    def text(self, lines: Sequence[str], *, now: datetime, offset: int = 0) -> bytes:
        """Lines as they are sent; ``offset`` lines came before them."""
        shown = [(self._moment(offset + index, now), line) for index, line in enumerate(lines)]
        seconds = self._call.number("sinceSeconds")
        if seconds is not None:
            shown = [(moment, line) for moment, line in shown if moment >= now - timedelta(seconds=seconds)]
        if since := self._call.query.get("sinceTime"):
            shown = [(moment, line) for moment, line in shown if moment >= datetime.fromisoformat(since)]
        tail = self._call.number("tailLines")
        if tail is not None and not offset:
            shown = shown[-tail:] if tail else []
        if self._call.flag("timestamps"):
            text = "".join(f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z {line}\n" for moment, line in shown)
        else:
            text = "".join(f"{line}\n" for _moment, line in shown)
        data = text.encode()
        limit = self._call.number("limitBytes")
        return data if limit is None else data[:limit]

    def _moment(self, index: int, now: datetime) -> datetime:
        """Lines have no time of their own: one per second since the pod began, none in the future."""
        started = at(self._pod, "status.startTime") or self._pod["metadata"]["creationTimestamp"]
        return min(datetime.fromisoformat(started) + timedelta(seconds=index), now)

    def _check_started(self) -> None:
        statuses = at(self._pod, "status.containerStatuses", [])
        for status in statuses:
            waiting = (status.get("state") or {}).get("waiting")
            if status["name"] == self.container and waiting and not status.get("restartCount"):
                reason = waiting.get("reason", "ContainerCreating")
                name = self._pod["metadata"]["name"]
                raise BadRequest(f'container "{self.container}" in pod "{name}" is waiting to start: {reason}')


def evict(store: ObjectStore, call: Call) -> Object:
    """POST of an Eviction: deletes the pod unless a PodDisruptionBudget forbids it."""
    target = call.target
    eviction = decoded_body(call)
    options = eviction.get("deleteOptions") or {}
    dry_run = call.query.get("dryRun") == "All" or "All" in (options.get("dryRun") or ())
    pod = store.get("pods", target.name or "", namespace=target.namespace)
    if at(pod, "status.phase") not in _FINISHED and "deletionTimestamp" not in pod["metadata"]:
        _take_from_budget(store, pod, actor=call.user.name, dry_run=dry_run)
    store.delete("pods", target.name or "", namespace=target.namespace, actor=call.user.name, dry_run=dry_run)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _take_from_budget(store: ObjectStore, pod: Object, *, actor: str, dry_run: bool) -> None:
    labels = pod["metadata"].get("labels") or {}
    budgets = [
        budget
        for budget in store.list(BUDGETS, namespace=pod["metadata"]["namespace"])
        if object_selector(at(budget, "spec.selector"))(labels)
    ]
    if len(budgets) > 1:
        message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        raise ApiError(500, "InternalError", message)
    if not budgets:
        return
    budget, name = budgets[0], budgets[0]["metadata"]["name"]
    status = budget.get("status") or {}
    healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        message = f"The disruption budget {name} is still being processed by the server."
        raise TooManyRequests(VIOLATION, retry_after=10, causes=[{"reason": "DisruptionBudget", "message": message}])
    if not _is_ready(pod) and healthy >= desired > 0:
        return
    allowed = status.get("disruptionsAllowed", 0)
    if allowed <= 0:
        message = f"The disruption budget {name} needs {desired} healthy pods and has {healthy} currently"
        raise TooManyRequests(VIOLATION, causes=[{"reason": "DisruptionBudget", "message": message}])
    store.patch(
        BUDGETS,
        name,
        {"status": {"disruptionsAllowed": allowed - 1}},
        namespace=pod["metadata"]["namespace"],
        actor=actor,
        subresource="status",
        dry_run=dry_run,
    )


def _is_ready(pod: Object) -> bool:
    conditions = at(pod, "status.conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
