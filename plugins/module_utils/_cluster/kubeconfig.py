# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a kubeconfig the Python client passes over: whom to impersonate, the proxy, a plugin that has failed.

And its files, looked at before anything is sent: what is not there now is not there in fifteen minutes either.
"""

from __future__ import annotations

import contextlib
import logging
import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from .._domain.errors import Misconfigured
from . import deferred

deferred.defer()
try:
    from kubernetes.config import kube_config as _loading
except ImportError:
    # kubernetes.py tells what is missing.
    _loading = None

#: What a plugin may be given by its environment; other variables are no secrets, and may be words of the message.
_SECRET_NAMES = ("TOKEN", "SECRET", "PASSWORD", "KEY")
TRIED = "find out how to reach the cluster"


@dataclass(frozen=True)
class Entry:
    """The user and the cluster of the context that is used, as they stand in the file."""

    user: Mapping[str, Any] = field(default_factory=dict)
    cluster: Mapping[str, Any] = field(default_factory=dict)

    @property
    def impersonation(self) -> dict[str, Any]:
        """The headers that client-go makes of ``as`` and its like (client-go 0.27, transport/round_trippers.go)."""
        headers: dict[str, Any] = {
            "Impersonate-User": self.user.get("as"),
            "Impersonate-Uid": self.user.get("as-uid"),
            "Impersonate-Group": list(self.user.get("as-groups") or []),
        }
        for name, values in (self.user.get("as-user-extra") or {}).items():
            headers[f"Impersonate-Extra-{name}"] = list(values)
        return {name: value for name, value in headers.items() if value}

    @property
    def plugin(self) -> Optional[str]:
        """The program that gives the credential."""
        plugin = self.user.get("exec")
        return str(plugin.get("command")) if isinstance(plugin, Mapping) else None

    @property
    def proxy(self) -> Optional[str]:
        return self.cluster.get("proxy-url") or None

    @property
    def secrets(self) -> Iterator[str]:
        for name in ("token", "password", "client-key-data"):
            if self.user.get(name):
                yield str(self.user[name])
        for variable in (self.user.get("exec") or {}).get("env") or []:
            if any(word in str(variable.get("name")).upper() for word in _SECRET_NAMES):
                yield str(variable.get("value"))


def entry(settings: Mapping[str, Any]) -> Entry:
    """
    :param settings: what kubernetes.core has made of options and ``K8S_AUTH_*``
    :raises Misconfigured: when the file is not there
    :raises Exception: what the client raises for a file that it cannot read
    """
    if not _is_read(settings):
        return Entry()
    given = settings.get("kubeconfig")
    if isinstance(given, Mapping):
        loader = _loading._get_kube_config_loader(config_dict=dict(given), active_context=settings.get("context"))
    else:
        paths = _paths(given)
        loader = _loading._get_kube_config_loader(filename=paths, active_context=settings.get("context"))
    return Entry(user=_plain(loader._user), cluster=_plain(loader._cluster))


def _is_read(settings: Mapping[str, Any]) -> bool:
    """Whether kubernetes.core takes the kubeconfig: not when the options are enough, nor inside a pod."""
    complete = (("username", "password"), ("api_key",), ("cert_file", "key_file"))
    if settings.get("host") and any(all(settings.get(name) for name in names) for names in complete):
        return False
    if settings.get("kubeconfig") or settings.get("context"):
        return True
    inside = "KUBERNETES_SERVICE_HOST" in os.environ
    return not (inside and os.path.isfile("/var/run/secrets/kubernetes.io/serviceaccount/token"))


def _paths(given: Optional[str]) -> str:
    if given:
        setting, paths = "kubeconfig", str(given)
    elif os.environ.get("KUBECONFIG"):
        setting, paths = "KUBECONFIG", os.environ["KUBECONFIG"]
    else:
        setting, paths = "the default kubeconfig", "~/.kube/config"
    there = [os.path.abspath(os.path.expanduser(path)) for path in paths.split(os.pathsep) if path]
    if not any(os.path.exists(path) for path in there):
        raise Misconfigured(
            tried=TRIED,
            seen=f"{setting} leads to {', '.join(there)}, and there is no such file on the host where the module runs",
            remedy="Give kubeconfig with its whole path (and context), or host and api_key.",
        )
    return paths


def _plain(node: Any) -> Mapping[str, Any]:
    value = getattr(node, "value", node)
    return value if isinstance(value, Mapping) else {}


@contextlib.contextmanager
def complaints() -> Iterator[list[str]]:
    """What the client only logs while it loads: that a plugin has failed. It goes on without a credential then."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear = Ear(logging.ERROR)
    logging.getLogger().addHandler(ear)
    try:
        yield heard
    finally:
        logging.getLogger().removeHandler(ear)


def check_plugin(entry: Entry, configuration: Any, *, heard: list[str]) -> None:
    """:raises Misconfigured: with what the plugin has said"""
    if entry.plugin and heard and not (configuration.api_key or configuration.cert_file):
        raise Misconfigured(
            tried=f"get a credential from the plugin {entry.plugin}",
            seen=" ".join(" ".join(heard).split())[:500],
            remedy="Make it work on the host where the module runs, or use a kubeconfig with a credential of its own.",
        )


def check_files(configuration: Any) -> None:
    """
    :raises Misconfigured: naming the file and the setting: an authority, a certificate or a key that is not there, or
        is none
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority, chain, key = configuration.ssl_ca_cert, configuration.cert_file, configuration.key_file
    if authority and configuration.verify_ssl:
        _readable("ca_cert (certificate-authority)", authority)
        _loaded("ca_cert (certificate-authority)", authority, lambda: context.load_verify_locations(authority))
    if key and not chain:
        raise _unusable("client_key (client-key)", key, "and there is no client_cert (client-certificate) with it")
    if not chain:
        return
    for setting, path in (("client_cert (client-certificate)", chain), ("client_key (client-key)", key)):
        if path:
            _readable(setting, path)
    _loaded("client_cert (client-certificate)", chain, lambda: context.load_verify_locations(chain))
    # A key with a passphrase would have one typed in; nobody is there.
    _loaded("client_key (client-key)", key or chain, lambda: context.load_cert_chain(chain, key, password=lambda: b""))


def _readable(setting: str, path: Any) -> None:
    try:
        Path(str(path)).read_bytes()
    except OSError as error:
        raise _unusable(setting, path, f"and it cannot be read: {error.strerror}") from error


def _loaded(setting: str, path: Any, load: Any) -> None:
    try:
        load()
    except (ssl.SSLError, OSError, ValueError) as error:
        raise _unusable(setting, path, f"and that is none, or does not go with the others ({error})") from error


def _unusable(setting: str, path: Any, seen: str) -> Misconfigured:
    return Misconfigured(
        tried=TRIED, seen=f"{setting} is {path}, {seen}", remedy="Correct it; nothing was sent to the cluster."
    )
