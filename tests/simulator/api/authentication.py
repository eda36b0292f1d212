"""From a request to its user: bearer token, client certificate, impersonation, or anonymous."""

from __future__ import annotations

from aiohttp import web

from tests.simulator.api import authorization
from tests.simulator.api.aggregation import is_available
from tests.simulator.api.calls import Target
from tests.simulator.credentials import (
    ANONYMOUS,
    AUTHENTICATED,
    OAUTH,
    Credentials,
    User,
    service_account,
    user_of_certificate,
)
from tests.simulator.faults import Faults
from tests.simulator.store.errors import Unauthorized
from tests.simulator.store.objects import ObjectStore

#: tokens of OpenShift's OAuth server are looked up in this API, which runs on the pod network
OAUTH_API = "v1.oauth.openshift.io"
_EXTRA = "impersonate-extra-"


class Authenticator:
    def __init__(self, *, credentials: Credentials, store: ObjectStore, faults: Faults) -> None:
        self._credentials = credentials
        self._store = store
        self._faults = faults

    def user_of(self, request: web.BaseRequest) -> User:
        """``Unauthorized`` for tokens that are unknown, expired or cannot be looked up."""
        user = self._asserted(request)
        impersonated = request.headers.get("Impersonate-User")
        if not impersonated:
            return user
        wanted, meant = _impersonated(impersonated, path=request.path)
        if not authorization.allows(user, wanted, self._store):
            raise authorization.refusal(user, wanted)
        groups = request.headers.getall("Impersonate-Group", []) or meant.groups
        groups = tuple(groups) if AUTHENTICATED in groups else (*groups, AUTHENTICATED)
        return User(meant.name, groups, extra=_extra(request))

    def _asserted(self, request: web.BaseRequest) -> User:
        transport = request.transport
        certificate = transport.get_extra_info("peercert") if transport is not None else None
        if certificate:
            user = user_of_certificate(certificate)
            if user is not None:
                return user
        token = _bearer_token(request)
        if token is None:
            return ANONYMOUS
        user = self.user_of_token(token)
        if user is None:
            raise Unauthorized
        return user

    def user_of_token(self, token: str) -> User | None:
        """None for a token that is unknown, expired, or cannot be looked up, and for one whose account is gone."""
        user = self._credentials.user_of(token, now=self._store.now())
        if user is None or self._faults.strike("token_expired", user.name) is not None:
            return None
        if user.uid and not self._lives(user):
            return None
        return None if user is OAUTH and not is_available(self._store, OAUTH_API) else user

    def _lives(self, user: User) -> bool:
        """Whether the account that the token was made for is still there (kubernetes, pkg/serviceaccount/claims.go)."""
        _system, _kind, namespace, name = user.name.split(":")
        found = self._store.find("serviceaccounts", name, namespace=namespace)
        return found is not None and found["metadata"]["uid"] == user.uid


def _impersonated(name: str, *, path: str) -> tuple[Target, User]:
    """What has to be allowed, and who that is: the groups of a service account are known (apiserver,
    pkg/endpoints/filters/impersonation.go)."""
    parts = name.split(":")
    if parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
        target = Target(path, "impersonate", resource="serviceaccounts", namespace=parts[2], name=parts[3])
        return target, service_account(parts[2], parts[3])
    return Target(path, "impersonate", resource="users", name=name), User(name)


def _extra(request: web.BaseRequest) -> dict[str, tuple[str, ...]]:
    """Keys in small letters, as the API server reads them."""
    names = {name.lower() for name in request.headers if name.lower().startswith(_EXTRA)}
    return {name.removeprefix(_EXTRA): tuple(request.headers.getall(name)) for name in names}


def _bearer_token(request: web.BaseRequest) -> str | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return None
