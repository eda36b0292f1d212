"""From a request to its user: bearer token, client certificate, impersonation, or anonymous."""

from __future__ import annotations

from aiohttp import web

from tests.simulator.api import authorization
from tests.simulator.api.aggregation import is_available
from tests.simulator.api.calls import Target
from tests.simulator.credentials import ANONYMOUS, AUTHENTICATED, OAUTH, Credentials, User, user_of_certificate
from tests.simulator.faults import Faults
from tests.simulator.ports import Store
from tests.simulator.store.errors import Unauthorized

#: tokens of OpenShift's OAuth server are looked up in this API, which runs on the pod network
OAUTH_API = "v1.oauth.openshift.io"


class Authenticator:
    def __init__(self, *, credentials: Credentials, store: Store, faults: Faults) -> None:
        self._credentials = credentials
        self._store = store
        self._faults = faults

    def user_of(self, request: web.BaseRequest) -> User:
        """``Unauthorized`` for tokens that are unknown, expired or cannot be looked up."""
        user = self._asserted(request)
        impersonated = request.headers.get("Impersonate-User")
        if not impersonated:
            return user
        wanted = Target(path=request.path, verb="impersonate", resource="users", name=impersonated)
        if not authorization.allows(user, wanted):
            raise authorization.refusal(user, wanted)
        groups = request.headers.getall("Impersonate-Group", [])
        return User(impersonated, tuple(groups) if AUTHENTICATED in groups else (*groups, AUTHENTICATED))

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
        """None for a token that is unknown, expired, or cannot be looked up."""
        user = self._credentials.user_of(token)
        if user is None or self._faults.strike("token_expired", user.name) is not None:
            return None
        return None if user is OAUTH and not is_available(self._store, OAUTH_API) else user


def _bearer_token(request: web.BaseRequest) -> str | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return None
