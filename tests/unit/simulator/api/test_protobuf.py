from __future__ import annotations

import pytest

from tests.simulator.api.protobuf import decoded
from tests.simulator.store.errors import BadRequest, UnsupportedMediaType


def field(number, value):
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def envelope(version, kind, raw):
    return b"k8s\0" + field(1, field(1, version) + field(2, kind)) + field(2, raw)


def test_an_access_review():
    attributes = field(1, "") + field(2, "patch") + field(3, "operator.openshift.io") + field(5, "networks")
    raw = field(1, field(1, "") + field(8, b"")) + field(2, field(1, attributes))
    assert decoded(envelope("authorization.k8s.io/v1", "SelfSubjectAccessReview", raw)) == {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "metadata": {},
        "spec": {
            "resourceAttributes": {"verb": "patch", "group": "operator.openshift.io", "resource": "networks"},
        },
    }


def test_maps_bytes_and_flags():
    labels = field(11, field(1, "k") + field(2, "v"))
    raw = field(1, field(1, "a") + labels) + field(2, field(1, "x") + field(2, b"\x01\x02")) + field(5, 1)
    secret = decoded(envelope("v1", "Secret", raw))
    assert secret["metadata"] == {"name": "a", "labels": {"k": "v"}}
    assert (secret["data"], secret["immutable"]) == ({"x": "AQI="}, True)


def test_a_request_for_a_token():
    """As kubectl up to 1.31 sends it (k8s.io/api, authentication/v1/generated.proto)."""
    spec = field(1, "https://kubernetes.default.svc") + field(4, 120)
    request = decoded(envelope("authentication.k8s.io/v1", "TokenRequest", field(1, b"") + field(2, spec)))
    assert request["spec"] == {"audiences": ["https://kubernetes.default.svc"], "expirationSeconds": 120}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{}", BadRequest),
        (b"k8s\0\x0a\x7f", BadRequest),
        (b"k8s\0\xff", BadRequest),
        (envelope("apps/v1", "Deployment", b""), UnsupportedMediaType),
    ],
    ids=["json", "cut", "cut-number", "unknown-kind"],
)
def test_what_cannot_be_read(body, error):
    with pytest.raises(error):
        decoded(body)
