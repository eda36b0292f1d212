"""Refusals of an API server: HTTP code, reason and message as Kubernetes words them (apimachinery, pkg/api/errors)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulator.ports import Object

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


class ApiError(Exception):
    """A request that was refused. ``status()`` is the body that the client gets."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = dict(details) if details is not None else None

    @property
    def retry_after(self) -> int | None:
        """Seconds for the ``Retry-After`` header, if any."""
        seconds = (self.details or {}).get("retryAfterSeconds")
        return int(seconds) if seconds else None

    def status(self) -> Object:
        """The ``Status`` object."""
        body: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return body


class BadRequest(ApiError):
    def __init__(self, message: str) -> None:
        super().__init__(400, "BadRequest", message)


class Unauthorized(ApiError):
    def __init__(self) -> None:
        super().__init__(401, "Unauthorized", "Unauthorized")


class Forbidden(ApiError):
    """403; ``what`` is ``nodes`` or ``pods.apps``, with ``why`` the sentence after ``is forbidden:``."""

    def __init__(self, what: str, why: str, *, name: str = "") -> None:
        quoted = f'{what} "{name}"' if name else what
        super().__init__(403, "Forbidden", f"{quoted} is forbidden: {why}", details=_about(what, name))


class Missing(ApiError):
    """404, whatever is missing."""

    def __init__(self, message: str, *, details: Mapping[str, Any]) -> None:
        super().__init__(404, "NotFound", message, details=details)


class NotFound(Missing):
    def __init__(self, what: str, name: str) -> None:
        super().__init__(f'{what} "{name}" not found', details=_about(what, name))


class NotServed(Missing):
    """404 for a resource that this server does not have."""

    def __init__(self) -> None:
        super().__init__("the server could not find the requested resource", details={})


class MethodNotAllowed(ApiError):
    def __init__(self) -> None:
        super().__init__(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details={}
        )


class NotAcceptable(ApiError):
    def __init__(self, accepted: Sequence[str]) -> None:
        super().__init__(
            406, "NotAcceptable", f"only the following media types are accepted: {', '.join(accepted)}", details=None
        )


class AlreadyExists(ApiError):
    def __init__(self, what: str, name: str) -> None:
        super().__init__(409, "AlreadyExists", f'{what} "{name}" already exists', details=_about(what, name))


class Conflict(ApiError):
    def __init__(self, what: str, name: str, why: str = MODIFIED) -> None:
        message = f'Operation cannot be fulfilled on {what} "{name}": {why}'
        super().__init__(409, "Conflict", message, details=_about(what, name))


class Expired(ApiError):
    """410: a resourceVersion or continue token that compaction has overtaken."""

    def __init__(self, message: str) -> None:
        super().__init__(410, "Expired", message)


class UnsupportedMediaType(ApiError):
    def __init__(self, accepted: Sequence[str]) -> None:
        super().__init__(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: " + ", ".join(accepted),
        )


@dataclass(frozen=True)
class Cause:
    """One field that is wrong: ``field.Error`` of apimachinery."""

    #: FieldValueInvalid, FieldValueRequired, FieldValueNotSupported, FieldValueTooLong, FieldValueTooMany...
    reason: str
    field: str
    message: str

    def as_json(self) -> Object:
        return {"reason": self.reason, "message": self.message, "field": self.field}


class Invalid(ApiError):
    """422 with one cause per field. ``kind`` is ``Network.operator.openshift.io`` or ``Pod``."""

    def __init__(self, kind: str, name: str, causes: Sequence[Cause]) -> None:
        lines = [f"{cause.field}: {cause.message}" if cause.field else cause.message for cause in causes]
        told = lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"
        short, _dot, group = kind.partition(".")
        details: Object = {"name": name} if name else {}
        if group:
            details["group"] = group
        details["kind"] = short
        details["causes"] = [cause.as_json() for cause in causes]
        super().__init__(422, "Invalid", f'{kind} "{name}" is invalid: {told}', details=details)
        self.causes = tuple(causes)


class UnprocessablePatch(ApiError):
    """422 for a JSON patch that cannot be applied; the server does not tell why (apimachinery, pkg/api/errors:
    NewGenericServerResponse)."""

    def __init__(self) -> None:
        message = "the server rejected our request due to an error in our request"
        super().__init__(422, "Invalid", message, details={})


class TooManyRequests(ApiError):
    def __init__(self, message: str, *, retry_after: int = 0, causes: Sequence[Object] = ()) -> None:
        details: Object = {}
        if causes:
            details["causes"] = list(causes)
        if retry_after:
            details["retryAfterSeconds"] = retry_after
        super().__init__(429, "TooManyRequests", message, details=details)


class InternalError(ApiError):
    def __init__(self, message: str) -> None:
        super().__init__(
            500,
            "InternalError",
            f"Internal error occurred: {message}",
            details={"causes": [{"message": message}]},
        )


class ServiceUnavailable(ApiError):
    """503: an aggregated API whose service does not answer."""

    def __init__(self, message: str = "the server is currently unable to handle the request") -> None:
        super().__init__(503, "ServiceUnavailable", message)


def _about(what: str, name: str) -> Object:
    """``details`` of an error about ``networks.operator.openshift.io``: its kind is the plural."""
    plural, _dot, group = what.partition(".")
    details: Object = {"name": name} if name else {}
    if group:
        details["group"] = group
    details["kind"] = plural
    return details
