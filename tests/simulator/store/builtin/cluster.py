"""Nodes, Leases, disruption budgets, certificate requests, access rules, claims of storage
(kubernetes 1.27, pkg/apis/{core,coordination,policy,certificates,rbac}/validation)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.builtin.pods import EFFECTS
from tests.simulator.store.errors import Cause

_RBAC = "rbac.authorization.k8s.io"


def node(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(spec.get("taints") or ()):
        # below metadata: the server's own words
        path = f"metadata.taints[{index}]"
        key, effect = taint.get("key", ""), taint.get("effect", "")
        if not key:
            yield fields.invalid(f"{path}.key", key, "name part must be non-empty")
        if not effect:
            yield fields.required(f"{path}.effect")
        else:
            yield from fields.one_of(f"{path}.effect", effect, EFFECTS)
        if (key, effect) in seen:
            taint_shown = f'Key:"{key}", Value:"{taint.get("value", "")}", Effect:"{effect}", TimeAdded:<nil>'
            yield fields.duplicate(path, fields.Go(f"core.Taint{{{taint_shown}}}"))
        seen.add((key, effect))
    before = (old or {}).get("spec") or {}
    for name, told in (("providerID", "providerID"), ("podCIDRs", "podCIDR")):
        if before.get(name) and spec.get(name) != before[name]:
            words = f'node updates may not change {told} except from "" to valid'
            yield fields.forbidden(f"spec.{name}", words)


def lease(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    seconds = spec.get("leaseDurationSeconds")
    if seconds is not None and seconds <= 0:
        yield fields.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0")
    yield from fields.not_negative("spec.leaseTransitions", spec.get("leaseTransitions"))


def budget(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    if "minAvailable" in spec and "maxUnavailable" in spec:
        shown = fields.Go("policy.PodDisruptionBudgetSpec{…}")
        yield fields.invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set")
    for name in ("minAvailable", "maxUnavailable"):
        yield from fields.count_or_percent(f"spec.{name}", spec.get(name))


def signing_request(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    if (problem := _request_problem(spec.get("request") or "")) is not None:
        yield fields.invalid("spec.request", fields.Go("[]byte{…}"), problem)
    if not spec.get("usages"):
        yield fields.required("spec.usages")
    name = spec.get("signerName")
    if not name:
        yield fields.required("spec.signerName")
    elif len(name.split("/")) != 2:
        words = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        yield fields.invalid("spec.signerName", name, words)
    seconds = spec.get("expirationSeconds")
    if isinstance(seconds, int) and seconds < 600:
        words = "may not specify a duration less than 600 seconds (10 minutes)"
        yield fields.invalid("spec.expirationSeconds", seconds, words)


def _request_problem(encoded: str) -> str | None:
    try:
        text = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        text = b""
    return None if b"-----BEGIN CERTIFICATE REQUEST-----" in text else "PEM block type must be CERTIFICATE REQUEST"


def role(new: Object, old: Object | None) -> Iterator[Cause]:
    for index, rule in enumerate(new.get("rules") or ()):
        path = f"rules[{index}]"
        if not rule.get("verbs"):
            yield fields.required(f"{path}.verbs", "verbs must contain at least one value")
        if rule.get("nonResourceURLs"):
            if new.get("kind") == "Role":
                shown = fields.string_list(rule["nonResourceURLs"])
                words = "namespaced rules cannot apply to non-resource URLs"
                yield fields.invalid(f"{path}.nonResourceURLs", shown, words)
            continue
        if not rule.get("apiGroups"):
            yield fields.required(f"{path}.apiGroups", "resource rules must supply at least one api group")
        if not rule.get("resources"):
            yield fields.required(f"{path}.resources", "resource rules must supply at least one resource")


def binding(new: Object, old: Object | None) -> Iterator[Cause]:
    reference = new.get("roleRef") or {}
    if reference.get("apiGroup", _RBAC) != _RBAC:
        yield from fields.one_of("roleRef.apiGroup", reference["apiGroup"], (_RBAC,))
    kinds = ("ClusterRole",) if new.get("kind") == "ClusterRoleBinding" else ("Role", "ClusterRole")
    yield from fields.one_of("roleRef.kind", reference.get("kind", ""), kinds)
    if not reference.get("name"):
        yield fields.required("roleRef.name")
    for index, subject in enumerate(new.get("subjects") or ()):
        path = f"subjects[{index}]"
        if not subject.get("name"):
            yield fields.required(f"{path}.name")
        kind = subject.get("kind", "")
        yield from fields.one_of(f"{path}.kind", kind, ("ServiceAccount", "User", "Group"))
        if kind == "ServiceAccount" and not subject.get("namespace"):
            yield fields.required(f"{path}.namespace")
    if old is not None and reference != old.get("roleRef"):
        parts = ", ".join(
            f'{name}:"{reference.get(field, "")}"'
            for name, field in (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name"))
        )
        yield fields.invalid("roleRef", fields.Go(f"rbac.RoleRef{{{parts}}}"), "cannot change roleRef")


def claim(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    if not spec.get("accessModes"):
        yield fields.required("spec.accessModes", "at least 1 access mode is required")
    requests: Any = (spec.get("resources") or {}).get("requests") or {}
    if "storage" not in requests:
        yield fields.required("spec.resources[storage]")
