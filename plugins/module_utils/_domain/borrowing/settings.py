# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each thing that is lent is read and set on its object."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Protocol, Union

from .ledger import GONE, What

#: Keeps a MachineHealthCheck from remediating (openshift-docs, modules/machine-health-checks-pausing.adoc).
PAUSE_ANNOTATION = "cluster.x-k8s.io/paused"
#: Our entry among the ``spec.pauseRequests`` of a NodeHealthCheck, which is paused while it has any (medik8s,
#: node-healthcheck-operator, api/v1alpha1/nodehealthcheck_types.go).
PAUSE_REQUEST = "ocp-day2.ovn-migration"
#: What the API server fills in for a webhook that gives none (admissionregistration.k8s.io/v1).
DEFAULT_WEBHOOK_TIMEOUT = 10

_NUMBER = re.compile(r"[1-9]\d{0,4}", re.ASCII)
_PERCENTAGE = re.compile(r"(100|[1-9]\d?)%", re.ASCII)

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """How to set a value: by a JSON merge patch, or by a JSON patch that tests what it changes."""

    merge: Optional[dict[str, Any]] = None
    edit: Sequence[Mapping[str, Any]] = ()


def marked(change: Change, document: Document, *, name: str, text: Optional[str]) -> Change:
    """``change`` with an annotation beside it, set or (None) taken away in the same write."""
    if change.merge is not None:
        metadata = change.merge.get("metadata") or {}
        annotations = {**(metadata.get("annotations") or {}), name: text}
        return Change(merge={**change.merge, "metadata": {**metadata, "annotations": annotations}})
    present = document["metadata"].get("annotations")
    place = f"/metadata/annotations/{name.replace('~', '~0').replace('/', '~1')}"
    steps: list[dict[str, Any]] = []
    if text is None and name in (present or {}):
        steps = [{"op": "remove", "path": place}]
    elif text is not None and present is None:
        steps = [{"op": "add", "path": "/metadata/annotations", "value": {name: text}}]
    elif text is not None:
        steps = [{"op": "add", "path": place, "value": text}]
    return Change(edit=(*change.edit, *steps))


class PropertyAccess(Protocol):
    """How one property is handled. ``part`` tells which one, where an object has several."""

    def read(self, document: Document, part: str) -> Any:
        """The value, None when it is not set, ``GONE`` when the object has no such part."""

    def change(self, document: Document, part: str, value: Any) -> Change: ...

    def enough(self, value: Any, wanted: Any) -> bool:
        """Whether ``value`` serves as well as ``wanted``, so that nothing need be borrowed."""

    def shown(self, part: str, value: Any) -> Any:
        """The property as a diff shows it."""


def pool_share(value: Any) -> Union[int, str]:
    """``maxUnavailable`` as the API takes it: a number, which may come as text out of a template, or a percentage.

    :raises ValueError: when it is neither; the message begins with the value
    """
    text = str(value).strip()
    if not isinstance(value, bool) and _NUMBER.fullmatch(text):
        return int(text)
    if _PERCENTAGE.fullmatch(text):
        return text
    raise ValueError(f"{value!r}, which is neither a number of nodes nor a percentage")


def _equal(value: Any, wanted: Any) -> bool:
    return bool(value == wanted)


def _set_at_all(value: Any, wanted: Any) -> bool:
    return value is not None


@dataclass(frozen=True)
class Field:
    """A field of its own, or an annotation: set and taken away by a merge patch, whoever wrote beside it."""

    path: tuple[str, ...]
    serves: Callable[[Any, Any], bool] = _equal

    def read(self, document: Document, part: str) -> Any:
        value: Any = document
        for step in self.path:
            value = (value or {}).get(step)
        return value

    def change(self, document: Document, part: str, value: Any) -> Change:
        patch: Any = value
        for step in reversed(self.path):
            patch = {step: patch}
        return Change(merge=patch)

    def enough(self, value: Any, wanted: Any) -> bool:
        return self.serves(value, wanted)

    def shown(self, part: str, value: Any) -> Any:
        *above, last = self.path
        tree: Any = {} if value is None else {last: value}
        for step in reversed(above):
            tree = {step: tree}
        return tree


class PauseRequest:
    """Our entry in a list that others have entries in, too."""

    PATH = "/spec/pauseRequests"

    def read(self, document: Document, part: str) -> Any:
        return PAUSE_REQUEST if PAUSE_REQUEST in self._requests(document) else None

    def change(self, document: Document, part: str, value: Any) -> Change:
        requests = self._requests(document)
        if value is None:
            place = f"{self.PATH}/{requests.index(PAUSE_REQUEST)}"
            return Change(edit=({"op": "test", "path": place, "value": PAUSE_REQUEST}, {"op": "remove", "path": place}))
        if not requests:
            return Change(edit=({"op": "add", "path": self.PATH, "value": [PAUSE_REQUEST]},))
        test = {"op": "test", "path": self.PATH, "value": requests}
        return Change(edit=(test, {"op": "add", "path": f"{self.PATH}/-", "value": PAUSE_REQUEST}))

    def enough(self, value: Any, wanted: Any) -> bool:
        return value is not None

    def shown(self, part: str, value: Any) -> Any:
        return {"spec": {"pauseRequests": [value] if value else []}}

    @staticmethod
    def _requests(document: Document) -> list[str]:
        return list((document.get("spec") or {}).get("pauseRequests") or ())


class ScaleDown:
    """``spec.scaleDown.enabled`` of a ClusterAutoscaler; None without ``spec.scaleDown``, with which it removes nodes,
    too. The field is required where there is a ``scaleDown``, so that one is taken away as a whole (cluster-autoscaler-
    operator, install/01_clusterautoscaler.crd.yaml)."""

    def read(self, document: Document, part: str) -> Any:
        block = self._block(document)
        return None if block is None else bool(block.get("enabled"))

    def change(self, document: Document, part: str, value: Any) -> Change:
        if value is not None:
            return Change(merge={"spec": {"scaleDown": {"enabled": value}}})
        # What somebody has added beside ours stays his, and the autoscaler removes nodes again all the same.
        alone = set(self._block(document) or ()) <= {"enabled"}
        return Change(merge={"spec": {"scaleDown": None if alone else {"enabled": True}}})

    def enough(self, value: Any, wanted: Any) -> bool:
        return value is not None and value == wanted

    def shown(self, part: str, value: Any) -> Any:
        return {"spec": {} if value is None else {"scaleDown": {"enabled": value}}}

    @staticmethod
    def _block(document: Document) -> Optional[Mapping[str, Any]]:
        block: Optional[Mapping[str, Any]] = (document.get("spec") or {}).get("scaleDown")
        return block


class WebhookTimeout:
    """``timeoutSeconds`` of the webhook named ``part``; names are unique within a configuration."""

    def read(self, document: Document, part: str) -> Any:
        hook = next((hook for hook in webhooks(document) if hook.get("name") == part), None)
        return GONE if hook is None else timeout_of(hook)

    def change(self, document: Document, part: str, value: Any) -> Change:
        hooks = webhooks(document)
        index = next(number for number, hook in enumerate(hooks) if hook.get("name") == part)
        place = f"/webhooks/{index}"
        steps: list[dict[str, Any]] = [{"op": "test", "path": f"{place}/name", "value": part}]
        present = hooks[index].get("timeoutSeconds")
        if present is not None:
            steps.append({"op": "test", "path": f"{place}/timeoutSeconds", "value": present})
        return Change(edit=(*steps, {"op": "add", "path": f"{place}/timeoutSeconds", "value": value}))

    def enough(self, value: Any, wanted: Any) -> bool:
        return bool(value <= wanted)

    def shown(self, part: str, value: Any) -> Any:
        return {"webhooks": [{"name": part, "timeoutSeconds": value}]}


def webhooks(configuration: Document) -> list[Mapping[str, Any]]:
    return list(configuration.get("webhooks") or ())


def timeout_of(webhook: Mapping[str, Any]) -> int:
    return int(webhook.get("timeoutSeconds") or DEFAULT_WEBHOOK_TIMEOUT)


#: What has terms to be read and set by; a policy of nmstate is lent as a whole, by deleting it.
PROPERTY_ACCESS: Mapping[What, PropertyAccess] = {
    "paused": Field(("spec", "paused")),
    "max_unavailable": Field(("spec", "maxUnavailable")),
    "machine_health_check": Field(("metadata", "annotations", PAUSE_ANNOTATION), serves=_set_at_all),
    "node_health_check": PauseRequest(),
    "cluster_autoscaler": ScaleDown(),
    "webhook_timeout": WebhookTimeout(),
}
