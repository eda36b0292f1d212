"""What an answer lacks of the expected one, and where the answers of two servers differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.differential.catalogue import Step
from tests.differential.servers import Answer, filled, value_at

#: members that no two servers have alike
_VOLATILE = frozenset(
    {"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "selfLink", "clusterIP", "clusterIPs"}
)
_ABSENT = object()


def shortcomings(step: Step, answer: Answer, kept: Mapping[str, str]) -> list[str]:
    """Why ``answer`` is not the one that a real server gives; empty when it is. ``kept`` gives the placeholders."""
    wanted: Mapping[str, Any] = filled(step.answer, kept)
    found: list[str] = []
    if answer.code != wanted["code"]:
        found.append(f"code {answer.code} instead of {wanted['code']}: {_told(answer)}")
    if "reason" in wanted and value_at(answer.body, "reason") != wanted["reason"]:
        found.append(f"reason {value_at(answer.body, 'reason')!r} instead of {wanted['reason']!r}")
    message = _message(answer)
    if "message" in wanted and message != wanted["message"]:
        found.append(f"message\n    {message}\n  instead of\n    {wanted['message']}")
    parts = wanted.get("contains", [])
    for part in [parts] if isinstance(parts, str) else parts:
        if part not in message:
            found.append(f"message\n    {message}\n  without\n    {part}")
    for path, value in (wanted.get("fields") or {}).items():
        if value_at(answer.body, path) != value:
            found.append(f"{path} is {value_at(answer.body, path)!r} instead of {value!r}")
    return found


def differences(step: Step, first: Answer, second: Answer) -> list[str]:
    """Where two answers differ beyond what may differ."""
    if first.code != second.code:
        return [f"code: {first.code} ({_told(first)}), {second.code} ({_told(second)})"]
    return [
        f"{path or 'body'}: {_shown(one)}, {_shown(other)}"
        for path, one, other in _differing(first.body, second.body, "")
        if not any(path == allowed or path.startswith((f"{allowed}.", f"{allowed}[")) for allowed in step.differs)
    ]


def _differing(first: Any, second: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted(first.keys() | second.keys()):
            if key not in _VOLATILE:
                below = f"{path}.{key}" if path else key
                yield from _differing(first.get(key, _ABSENT), second.get(key, _ABSENT), below)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for index, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from _differing(one, other, f"{path}[{index}]")
    elif first != second:
        yield path, first, second


def _message(answer: Answer) -> str:
    return answer.body if isinstance(answer.body, str) else str(value_at(answer.body, "message") or "")


def _told(answer: Answer) -> str:
    return _message(answer) or str(value_at(answer.body, "kind"))


def _shown(value: Any) -> str:
    return "absent" if value is _ABSENT else repr(value)
