"""Webhook configurations (kubernetes 1.27, pkg/apis/admissionregistration/validation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import Cause

_REVIEWS = ("v1", "v1beta1")
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")


def configuration(new: Object, old: Object | None) -> Iterator[Cause]:
    names: set[str] = set()
    for index, hook in enumerate(new.get("webhooks") or ()):
        path = f"webhooks[{index}]"
        yield from _hook(hook, path)
        name = hook.get("name")
        if name and name in names:
            yield fields.duplicate(f"{path}.name", name)
        names.add(name or "")


def _hook(hook: Mapping[str, Any], path: str) -> Iterator[Cause]:
    name = hook.get("name", "")
    if not name:
        yield fields.required(f"{path}.name")
    elif len(name.split(".")) < 3:
        words = "should be a domain with at least three segments separated by dots"
        yield fields.invalid(f"{path}.name", name, words)
    for index, rule in enumerate(hook.get("rules") or ()):
        yield from _rule(rule, f"{path}.rules[{index}]")
    yield from fields.one_of(f"{path}.failurePolicy", hook.get("failurePolicy", "Fail"), ("Fail", "Ignore"))
    yield from fields.one_of(f"{path}.matchPolicy", hook.get("matchPolicy", "Exact"), ("Equivalent", "Exact"))
    effects = ("None", "NoneOnDryRun")
    if hook.get("sideEffects") is None:
        yield fields.required(f"{path}.sideEffects", f"must specify one of {', '.join(effects)}")
    else:
        yield from fields.one_of(f"{path}.sideEffects", hook["sideEffects"], effects)
    seconds = hook.get("timeoutSeconds", 10)
    if isinstance(seconds, int) and not 1 <= seconds <= 30:
        words = "the timeout value must be between 1 and 30 seconds"
        yield fields.invalid(f"{path}.timeoutSeconds", seconds, words)
    yield from _client(hook.get("clientConfig") or {}, f"{path}.clientConfig")
    if "reinvocationPolicy" in hook:
        yield from fields.one_of(f"{path}.reinvocationPolicy", hook["reinvocationPolicy"], ("IfNeeded", "Never"))
    yield from _versions(hook.get("admissionReviewVersions") or (), f"{path}.admissionReviewVersions")


def _rule(rule: Mapping[str, Any], path: str) -> Iterator[Cause]:
    operations = rule.get("operations") or ()
    if not operations:
        yield fields.required(f"{path}.operations")
    elif len(operations) > 1 and "*" in operations:
        words = "if '*' is present, must not specify other operations"
        yield fields.invalid(f"{path}.operations", fields.string_list(operations), words)
    for index, operation in enumerate(operations):
        yield from fields.one_of(f"{path}.operations[{index}]", operation, _OPERATIONS)
    for name in ("apiGroups", "apiVersions", "resources"):
        if not rule.get(name):
            yield fields.required(f"{path}.{name}")
    yield from fields.one_of(f"{path}.scope", rule.get("scope", "*"), ("*", "Cluster", "Namespaced"))


def _client(config: Mapping[str, Any], path: str) -> Iterator[Cause]:
    url, service = config.get("url"), config.get("service")
    if (url is None) == (service is None):
        yield fields.required(path, "exactly one of url or service is required")
    elif url is not None:
        if urlsplit(url).scheme != "https":
            words = "'https' is the only allowed URL scheme; desired format: https://host[/path]"
            yield fields.invalid(f"{path}.url", urlsplit(url).scheme, words)
    elif service is not None:
        for name in ("name", "namespace"):
            if not service.get(name):
                yield fields.required(f"{path}.service.{name}", f"service {name} is required")
        port = service.get("port", 443)
        if isinstance(port, int) and not 0 < port < 65536:
            words = "port is not valid: must be between 1 and 65535, inclusive"
            yield fields.invalid(f"{path}.service.port", port, words)


def _versions(versions: Any, path: str) -> Iterator[Cause]:
    if not versions:
        yield fields.required(path, f"must specify one of {', '.join(_REVIEWS)}")
    elif not set(versions) & set(_REVIEWS):
        words = f"must include at least one of {', '.join(_REVIEWS)}"
        yield fields.invalid(path, fields.string_list(versions), words)
