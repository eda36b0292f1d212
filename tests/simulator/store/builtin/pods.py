"""Pods and the templates of pods (kubernetes 1.27, pkg/apis/core/validation: ValidatePodSpec, ValidatePodUpdate)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import Cause
from tests.simulator.store.trees import clone

_RESTART = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PULL = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_OPERATORS = ("Equal", "Exists")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_FROZEN = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def pod(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    yield from pod_spec(spec, "spec")
    if old is None:
        return
    before = old.get("spec") or {}
    if len(spec.get("containers") or ()) != len(before.get("containers") or ()):
        yield fields.forbidden("spec.containers", "pod updates may not add or remove containers")
    elif _mutable_left_out(spec) != _mutable_left_out(before):
        yield fields.forbidden("spec", _FROZEN)


def _mutable_left_out(spec: Mapping[str, Any]) -> Object:
    kept: Object = clone(spec)
    for name in ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"):
        kept.pop(name, None)
    for container in (*(kept.get("containers") or ()), *(kept.get("initContainers") or ())):
        container.pop("image", None)
        container.pop("imagePullPolicy", None)
    return kept


def template(given: Any, path: str) -> Iterator[Cause]:
    """A PodTemplateSpec."""
    yield from pod_spec((given or {}).get("spec") or {}, f"{path}.spec")


def pod_spec(spec: Mapping[str, Any], path: str) -> Iterator[Cause]:
    volumes = spec.get("volumes") or ()
    names = {volume.get("name", "") for volume in volumes}
    for index, volume in enumerate(volumes):
        yield from fields.label_name(f"{path}.volumes[{index}].name", volume.get("name", ""))
    yield from _twice(volumes, f"{path}.volumes")
    if not spec.get("containers"):
        yield fields.required(f"{path}.containers")
    for kind in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(kind) or ()):
            yield from _container(container, f"{path}.{kind}[{index}]", volumes=names)
        yield from _twice(spec.get(kind) or (), f"{path}.{kind}")
    yield from fields.one_of(f"{path}.restartPolicy", spec.get("restartPolicy", "Always"), _RESTART)
    yield from fields.one_of(f"{path}.dnsPolicy", spec.get("dnsPolicy", "ClusterFirst"), _DNS)
    yield from fields.not_negative(
        f"{path}.terminationGracePeriodSeconds", spec.get("terminationGracePeriodSeconds", 30)
    )
    for index, toleration in enumerate(spec.get("tolerations") or ()):
        yield from _toleration(toleration, f"{path}.tolerations[{index}]")


def _container(container: Mapping[str, Any], path: str, *, volumes: set[str]) -> Iterator[Cause]:
    yield from fields.label_name(f"{path}.name", container.get("name", ""))
    if not container.get("image"):
        yield fields.required(f"{path}.image")
    elif container["image"].strip() != container["image"]:
        words = "must not have leading or trailing whitespace"
        yield fields.invalid(f"{path}.image", container["image"], words)
    for index, port in enumerate(container.get("ports") or ()):
        below = f"{path}.ports[{index}]"
        if not port.get("containerPort"):
            yield fields.required(f"{below}.containerPort")
        else:
            yield from fields.port(f"{below}.containerPort", port["containerPort"])
        yield from fields.one_of(f"{below}.protocol", port.get("protocol", "TCP"), _PROTOCOLS)
    for index, variable in enumerate(container.get("env") or ()):
        if not variable.get("name"):
            yield fields.required(f"{path}.env[{index}].name")
        if variable.get("value") and variable.get("valueFrom"):
            words = "may not be specified when `value` is not empty"
            yield fields.invalid(f"{path}.env[{index}].valueFrom", "", words)
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        below = f"{path}.volumeMounts[{index}]"
        if not mount.get("name"):
            yield fields.required(f"{below}.name")
        elif mount["name"] not in volumes:
            yield fields.missing(f"{below}.name", mount["name"])
        if not mount.get("mountPath"):
            yield fields.required(f"{below}.mountPath")
    yield from fields.one_of(f"{path}.imagePullPolicy", container.get("imagePullPolicy", "Always"), _PULL)


def _toleration(toleration: Mapping[str, Any], path: str) -> Iterator[Cause]:
    operator = toleration.get("operator") or "Equal"
    if not toleration.get("key") and operator != "Exists":
        words = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield fields.invalid(f"{path}.operator", toleration.get("operator", ""), words)
    yield from fields.one_of(f"{path}.operator", operator, _OPERATORS)
    if toleration.get("effect"):
        yield from fields.one_of(f"{path}.effect", toleration["effect"], EFFECTS)


def _twice(items: Any, path: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        name = item.get("name", "")
        if name and name in seen:
            yield fields.duplicate(f"{path}[{index}].name", name)
        seen.add(name)
