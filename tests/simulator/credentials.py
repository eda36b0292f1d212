"""Who may log in, with what, and the kubeconfig that says so."""

from __future__ import annotations

import base64
import json
import os
import secrets
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.simulator.certificates import Authority, KeyPair
from tests.simulator.ports import Object

AUTHENTICATED = "system:authenticated"
CLUSTER_NAME = "simulator"
#: the key of what a token of the OAuth server is limited to, among the extras of its user
SCOPES = "scopes.authorization.openshift.io"


@dataclass(frozen=True)
class User:
    """An authenticated client, as a review of itself shows it."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def service_account(namespace: str, name: str, *, uid: str = "") -> User:
    """As kubernetes, pkg/serviceaccount/util.go names it."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", AUTHENTICATED)
    return User(f"system:serviceaccount:{namespace}:{name}", groups, uid)


ADMIN = User("system:admin", ("system:masters", AUTHENTICATED))
SERVICE_ACCOUNT = service_account("default", "admin")
OAUTH = User(
    "kube:admin",
    ("system:cluster-admins", AUTHENTICATED, f"{AUTHENTICATED}:oauth"),
    extra={SCOPES: ("user:full",)},
)
VIEWER = User("viewer", (AUTHENTICATED,))
NOBODY = User("nobody", (AUTHENTICATED,))
ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))

#: users that may do everything, and those that may read everything
CLUSTER_ADMINS = frozenset({SERVICE_ACCOUNT.name, OAUTH.name})
VIEWERS = frozenset({VIEWER.name})


class Credentials:
    """Fresh keys and tokens of one simulator."""

    def __init__(self) -> None:
        self.authority = Authority()
        self.server: KeyPair = self.authority.server(
            names=("localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default.svc")
        )
        self.admin: KeyPair = self.authority.client(user=ADMIN.name, groups=["system:masters"])
        self._tokens = {
            "token": (secrets.token_urlsafe(48), SERVICE_ACCOUNT),
            "oauth": ("sha256~" + secrets.token_urlsafe(32), OAUTH),
            "viewer": (secrets.token_urlsafe(48), VIEWER),
            "nobody": (secrets.token_urlsafe(48), NOBODY),
        }
        self._users = dict(self._tokens.values())
        self._ends: dict[str, datetime] = {}

    def token(self, context: str) -> str:
        """The bearer token of a context: token, oauth, viewer or nobody."""
        return self._tokens[context][0]

    def issue(self, user: User, *, ends: datetime) -> str:
        """A bearer token that is good until ``ends``."""
        # what a token of a service account looks like: a JSON Web Token
        token = ".".join(("eyJhbGciOiJSUzI1NiJ9", secrets.token_urlsafe(48), secrets.token_urlsafe(48)))
        self._users[token] = user
        self._ends[token] = ends
        return token

    def user_of(self, token: str, *, now: datetime) -> User | None:
        """None for a token that is unknown or has expired."""
        ends = self._ends.get(token)
        return None if ends is not None and now >= ends else self._users.get(token)

    def ssl_context(self) -> ssl.SSLContext:
        """For the server; asks clients for a certificate of our authority and accepts none."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.authority.certificate.decode())
        with tempfile.TemporaryDirectory() as folder:
            chain = Path(folder, "server.pem")
            chain.touch(mode=0o600)
            chain.write_bytes(self.server.certificate + self.server.key)
            context.load_cert_chain(chain)
        return context

    def kubeconfig(self, *, server: str) -> Object:
        """Contexts admin (client certificate, current), token, oauth, viewer and nobody."""
        names = ["admin", *self._tokens]
        users: list[Object] = [
            {
                "name": "admin",
                "user": {
                    "client-certificate-data": _base64(self.admin.certificate),
                    "client-key-data": _base64(self.admin.key),
                },
            }
        ]
        users += [{"name": name, "user": {"token": token}} for name, (token, _user) in self._tokens.items()]
        cluster = {"server": server, "certificate-authority-data": _base64(self.authority.certificate)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": CLUSTER_NAME, "cluster": cluster}],
            "users": users,
            "contexts": [{"name": name, "context": {"cluster": CLUSTER_NAME, "user": name}} for name in names],
            "current-context": "admin",
            "preferences": {},
        }


def user_of_certificate(certificate: Mapping[str, object]) -> User | None:
    """The user of a verified client certificate, as ``ssl.SSLSocket.getpeercert`` gives it."""
    name, groups = "", []
    subject = certificate.get("subject", ())
    assert isinstance(subject, tuple)
    for part in subject:
        for attribute, value in part:
            if attribute == "commonName":
                name = value
            elif attribute == "organizationName":
                groups.append(value)
    return User(name, (*groups, AUTHENTICATED)) if name else None


def write_atomically(path: Path, content: Object) -> None:
    """Write JSON (which is YAML as well), readable by the owner only; readers see all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
