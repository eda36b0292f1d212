"""Controllers of pods (kubernetes 1.27, pkg/apis/apps/validation and pkg/apis/batch/validation)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields, pods
from tests.simulator.store.errors import Cause
from tests.simulator.store.selectors import object_selector

_MISMATCH = "`selector` does not match template `labels`"
_STATEFUL_FROZEN = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_STATEFUL_MUTABLE = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)


def deployment(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    yield from fields.not_negative("spec.replicas", spec.get("replicas"))
    yield from _selection(spec, kind="deployment")
    yield from _strategy(spec.get("strategy") or {})
    for name in ("minReadySeconds", "revisionHistoryLimit"):
        yield from fields.not_negative(f"spec.{name}", spec.get(name))
    yield from _frozen_selector(new, old)


def replica_set(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    yield from fields.not_negative("spec.replicas", spec.get("replicas"))
    # the words are those of a Deployment here, too
    yield from _selection(spec, kind="deployment")
    yield from _frozen_selector(new, old)


def stateful_set(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    yield from fields.not_negative("spec.replicas", spec.get("replicas"))
    yield from _selection(spec, kind="statefulset")
    if old is not None and _frozen(spec) != _frozen(old.get("spec") or {}):
        yield fields.forbidden("spec", _STATEFUL_FROZEN)


def daemon_set(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    yield from _selection(spec, kind="daemonset")
    strategy = spec.get("updateStrategy") or {}
    kind = strategy.get("type", "RollingUpdate")
    yield from fields.one_of("spec.updateStrategy.type", kind, ("RollingUpdate", "OnDelete"))
    if kind == "RollingUpdate":
        yield from _rolling(strategy.get("rollingUpdate") or {}, "spec.updateStrategy.rollingUpdate")
    yield from _frozen_selector(new, old)


def job(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    yield from _job_spec(spec, "spec")
    if old is not None and spec.get("template") != (old.get("spec") or {}).get("template"):
        yield fields.invalid("spec.template", fields.Go("core.PodTemplateSpec{…}"), fields.IMMUTABLE)


def cron_job(new: Object, old: Object | None) -> Iterator[Cause]:
    spec = new.get("spec") or {}
    if not spec.get("schedule"):
        yield fields.required("spec.schedule")
    elif not re.fullmatch(r"@\w+( \S+)?|\S+( \S+){4}", spec["schedule"].strip()):
        count = len(spec["schedule"].split())
        words = f"expected exactly 5 fields, found {count}: [{spec['schedule']}]"
        yield fields.invalid("spec.schedule", spec["schedule"], words)
    policies = ("Allow", "Forbid", "Replace")
    yield from fields.one_of("spec.concurrencyPolicy", spec.get("concurrencyPolicy", "Allow"), policies)
    yield from _job_spec((spec.get("jobTemplate") or {}).get("spec") or {}, "spec.jobTemplate.spec")


def _job_spec(spec: Any, path: str) -> Iterator[Cause]:
    for name in ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"):
        yield from fields.not_negative(f"{path}.{name}", spec.get(name))
    yield from pods.template(spec.get("template"), f"{path}.template")
    policy = ((spec.get("template") or {}).get("spec") or {}).get("restartPolicy")
    if policy not in ("OnFailure", "Never"):
        yield fields.required(f"{path}.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"')


def _selection(spec: Any, *, kind: str) -> Iterator[Cause]:
    """The selector, and the template that it must select."""
    selector = spec.get("selector")
    if selector is None and kind != "daemonset":
        yield fields.required("spec.selector")
    elif selector is not None and not (selector.get("matchLabels") or selector.get("matchExpressions")):
        shown = fields.label_selector(selector)
        yield fields.invalid("spec.selector", shown, f"empty selector is invalid for {kind}")
    given = spec.get("template") or {}
    labels = (given.get("metadata") or {}).get("labels")
    if not object_selector(selector)(labels or {}):
        yield fields.invalid("spec.template.metadata.labels", fields.string_map(labels), _MISMATCH)
    yield from pods.template(given, "spec.template")
    policy = (given.get("spec") or {}).get("restartPolicy", "Always")
    if policy in ("OnFailure", "Never"):
        yield from fields.one_of("spec.template.spec.restartPolicy", policy, ("Always",))


def _strategy(strategy: Any) -> Iterator[Cause]:
    kind, rolling = strategy.get("type", "RollingUpdate"), strategy.get("rollingUpdate")
    if kind == "Recreate":
        if rolling is not None:
            words = "may not be specified when strategy `type` is 'Recreate'"
            yield fields.forbidden("spec.strategy.rollingUpdate", words)
    elif kind == "RollingUpdate":
        yield from _rolling(rolling or {}, "spec.strategy.rollingUpdate")
    else:
        yield from fields.one_of("spec.strategy.type", kind, ("Recreate", "RollingUpdate"))


def _rolling(rolling: Any, path: str) -> Iterator[Cause]:
    for name in ("maxUnavailable", "maxSurge"):
        yield from fields.count_or_percent(f"{path}.{name}", rolling.get(name))
    if rolling.get("maxUnavailable") in (0, "0%") and rolling.get("maxSurge") in (0, "0%"):
        zero = fields.Go('intstr.IntOrString{Type:0, IntVal:0, StrVal:""}')
        yield fields.invalid(f"{path}.maxUnavailable", zero, "may not be 0 when `maxSurge` is 0")


def _frozen_selector(new: Object, old: Object | None) -> Iterator[Cause]:
    selector = (new.get("spec") or {}).get("selector")
    if old is not None and selector != (old.get("spec") or {}).get("selector"):
        yield fields.invalid("spec.selector", fields.label_selector(selector), fields.IMMUTABLE)


def _frozen(spec: Any) -> Object:
    return {key: value for key, value in spec.items() if key not in _STATEFUL_MUTABLE}
