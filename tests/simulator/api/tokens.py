"""Tokens of service accounts, for as long as they are asked for (kubernetes 1.27,
pkg/registry/core/serviceaccount/storage/token.go, pkg/apis/authentication/validation)."""

from __future__ import annotations

from datetime import timedelta

from tests.simulator.api.calls import Call
from tests.simulator.api.negotiation import decoded_body
from tests.simulator.credentials import Credentials, service_account
from tests.simulator.ports import Object
from tests.simulator.store.builtin import fields
from tests.simulator.store.errors import Invalid
from tests.simulator.store.metadata import timestamp
from tests.simulator.store.objects import ObjectStore
from tests.simulator.store.trees import at

_GROUP = "authentication.k8s.io"
_AUDIENCES = ["https://kubernetes.default.svc"]
_HOUR = 60 * 60
_AT_LEAST = 10 * 60
_AT_MOST = 1 << 32


def request(call: Call, store: ObjectStore, credentials: Credentials) -> Object:
    """The TokenRequest in the body, with a token."""
    target = call.target
    given = decoded_body(call)
    account = store.get("serviceaccounts", target.name or "", namespace=target.namespace)
    seconds = at(given, "spec.expirationSeconds", _HOUR)
    _check(seconds)
    meta = account["metadata"]
    now = store.now()
    ends = now + timedelta(seconds=seconds)
    user = service_account(meta["namespace"], meta["name"], uid=meta["uid"])
    return {
        "kind": "TokenRequest",
        "apiVersion": f"{_GROUP}/v1",
        "metadata": {"name": meta["name"], "namespace": meta["namespace"], "creationTimestamp": timestamp(now)},
        "spec": {
            "audiences": at(given, "spec.audiences") or _AUDIENCES,
            "expirationSeconds": seconds,
            "boundObjectRef": at(given, "spec.boundObjectRef"),
        },
        "status": {"token": credentials.issue(user, ends=ends), "expirationTimestamp": timestamp(ends)},
    }


def _check(seconds: int) -> None:
    problem = ""
    if seconds < _AT_LEAST:
        problem = "may not specify a duration less than 10 minutes"
    if seconds > _AT_MOST:
        problem = "may not specify a duration larger than 2^32 seconds"
    if problem:
        raise Invalid(f"TokenRequest.{_GROUP}", "", [fields.invalid("spec.expirationSeconds", seconds, problem)])
