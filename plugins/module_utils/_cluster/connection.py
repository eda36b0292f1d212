# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From kubernetes.core's authentication options to an API client.

The only file that knows names of kubernetes.core, and the reason why users' ``module_defaults`` and ``K8S_AUTH_*``
variables work here. ``get_api_client`` of that collection is not used as it is: it starts with discovery, which fails
while the API or an aggregated API is down, and that is when we are needed most.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Optional
from urllib.request import getproxies

from .._domain.errors import MigrationError, Misconfigured
from . import deferred, kubeconfig, proxies
from .kubernetes import KubernetesCluster, header_value
from .secrets import Secrets

MISSING: Optional[str] = None
AUTH_ARG_SPEC: dict[str, Any] = {}
deferred.defer()
try:
    from ansible_collections.kubernetes.core.plugins.module_utils import args_common as _options
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as _core
except ImportError:
    MISSING = traceback.format_exc()
else:
    AUTH_ARG_SPEC = getattr(_options, "AUTH_ARG_SPEC", {})

#: The versions of kubernetes.core that the matrix proves.
VERSIONS = ">=2.4.0,<7.0.0"
#: Its private functions that are called here, and with what.
_CALLED: dict[str, tuple[Any, ...]] = {
    "_create_auth_spec": (None,),
    "_create_configuration": ({},),
    "_create_headers": (None,),
}


def connect(params: Mapping[str, Any], *, monotonic: Optional[Callable[[], float]] = None) -> KubernetesCluster:
    """The cluster that the authentication options (or ``K8S_AUTH_*``, or the default kubeconfig) lead to.

    :param params: module parameters; only the options of ``AUTH_ARG_SPEC`` are read
    :param monotonic: see ``KubernetesCluster``
    :raises MigrationError: when the options lead to no usable client configuration, or kubernetes.core is one that
        we do not know; nothing has been sent then
    """
    _require_known_functions()
    known = Secrets(secrets_in(params))
    try:
        given = {name: params.get(name) for name in AUTH_ARG_SPEC if params.get(name) is not None}
        return _connected(given, monotonic=monotonic)
    except MigrationError as error:
        raise type(error)(tried=error.tried, seen=known.redacted(error.seen), remedy=error.remedy) from None
    except Exception as error:
        # kubernetes raises ConfigException, yaml errors, OSError, TypeError: all of them mean a bad kubeconfig.
        raise MigrationError(
            tried=kubeconfig.TRIED,
            seen=known.redacted(f"{type(error).__name__}: {_without_excerpt(error)}"),
            remedy="Give kubeconfig (and context), or host and api_key, or set K8S_AUTH_KUBECONFIG or KUBECONFIG.",
        ) from None


def _require_known_functions() -> None:
    """A private function may change with any version. That must not look like a bad kubeconfig."""
    wrong = [name for name, arguments in _CALLED.items() if not _callable_with(name, *arguments)]
    if not AUTH_ARG_SPEC:
        wrong.append("AUTH_ARG_SPEC")
    if wrong:
        raise MigrationError(
            tried="find out how to reach the cluster",
            seen=f"the collection kubernetes.core{_version()} is not one that this collection knows: "
            f"{', '.join(wrong)} cannot be used",
            remedy=f"Install one that works: ansible-galaxy collection install --force 'kubernetes.core:{VERSIONS}'. "
            "'ansible-galaxy collection list kubernetes.core' shows which there are.",
        )


def _callable_with(name: str, *arguments: Any) -> bool:
    try:
        inspect.signature(getattr(_core, name)).bind(*arguments)
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _version() -> str:
    """`` 2.4.0``, or nothing where the collection is without its manifest, as in a module that Ansible has packed."""
    try:
        manifest = Path(_core.__file__ or "").parents[3] / "MANIFEST.json"
        return f" {json.loads(manifest.read_text(encoding='utf-8'))['collection_info']['version']}"
    except (OSError, ValueError, LookupError):
        return ""


def secrets_in(params: Mapping[str, Any]) -> tuple[str, ...]:
    """What the options and ``K8S_AUTH_*`` hold that must not be written anywhere."""
    found = [_option(params, name) for name in ("api_key", "password")]
    with contextlib.suppress(ValueError):
        found.append((proxies.understood(_option(params, "proxy")).login or "").partition(":")[2])
    for name in ("proxy_basic_auth", "basic_auth"):
        login = (params.get("proxy_headers") or {}).get(name) or os.environ.get(
            f"K8S_AUTH_PROXY_HEADERS_{name.upper()}"
        )
        found.append((login or "").partition(":")[2])
    return Secrets(value for value in found if value).values


def _option(params: Mapping[str, Any], name: str) -> str:
    return str(params.get(name) or os.environ.get(f"K8S_AUTH_{name.upper()}") or "")


def _connected(given: Mapping[str, Any], *, monotonic: Optional[Callable[[], float]]) -> KubernetesCluster:
    settings = _core._create_auth_spec(None, **given)
    entry = kubeconfig.entry(settings)
    with kubeconfig.complaints() as heard:
        configuration = _core._create_configuration(settings)
    kubeconfig.check_plugin(entry, configuration, heard=heard)
    kubeconfig.check_files(configuration)
    if configuration.username and configuration.password and not configuration.api_key:
        # The client has these two options and does not send them.
        login = f"{configuration.username}:{configuration.password}"
        configuration.api_key = {"authorization": proxies.Proxy("", login).authorization}
    _set_proxy(configuration, settings, entry)
    headers = {**entry.impersonation, **_core._create_headers(None, **given)}
    secrets = [*entry.secrets, *secrets_in(given)]
    return KubernetesCluster(configuration, headers=headers, secrets=secrets, monotonic=monotonic)


def _set_proxy(configuration: Any, settings: Mapping[str, Any], entry: kubeconfig.Entry) -> None:
    """One rule for every version of the client, kubectl's: an option, the kubeconfig, the environment.

    A login in the URL becomes the header that the client sends with CONNECT; by itself it leaves it out.
    """
    configuration.no_proxy = settings.get("no_proxy") or configuration.no_proxy or getproxies().get("no")
    scheme = str(configuration.host).partition("://")[0]
    candidates = (
        ("proxy (K8S_AUTH_PROXY)", settings.get("proxy")),
        ("proxy-url of the kubeconfig", entry.proxy),
        (f"{scheme.upper()}_PROXY", getproxies().get(scheme)),
    )
    setting, value = next(((setting, value) for setting, value in candidates if value), ("", None))
    configuration.proxy = None
    if not value:
        return
    try:
        proxy = proxies.understood(str(value))
    except ValueError as error:
        raise Misconfigured(
            tried=f"go through the proxy that {setting} names",
            seen=str(error),
            remedy="Correct it, or except the API from it (no_proxy, NO_PROXY). Nothing was sent.",
        ) from None
    configuration.proxy = proxy.url
    headers = {name.lower(): header_value(name, text) for name, text in (configuration.proxy_headers or {}).items()}
    if proxy.authorization:
        headers.setdefault("proxy-authorization", proxy.authorization)
    configuration.proxy_headers = headers or None


def _without_excerpt(error: Exception) -> str:
    """A YAML error shows the line that it is about, which may be the one with the token."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    return f"{problem}, line {mark.line + 1}" if problem and mark else str(error)
