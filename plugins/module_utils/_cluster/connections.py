# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of the client's pool, each under the deadline of its call, and one to keep for a stream."""

from __future__ import annotations

from typing import Any, Optional

from .deadline import watched

try:
    import urllib3
except ImportError:
    # kubernetes.py tells what is missing.
    urllib3 = None  # type: ignore[assignment, unused-ignore]


def put_under_deadlines(manager: Any) -> None:
    """:param manager: ``urllib3.PoolManager`` or ``ProxyManager`` that has opened nothing yet"""
    manager.pool_classes_by_scheme = {
        "http": _watching(urllib3.HTTPConnectionPool),
        "https": _watching(urllib3.HTTPSConnectionPool),
    }


def opened(manager: Any, address: str, *, timeout: float) -> Any:
    """A connected socket of its own to ``address``, on the way that all requests go: proxy, certificates, names.

    :param timeout: seconds for each step
    :raises ValueError: for an address without TLS behind a proxy, which would not get through
    """
    if manager.proxy is not None and address.startswith("http://"):
        raise ValueError("a stream without TLS does not get through a proxy: give an https address, or no_proxy")
    pool = manager.connection_from_url(address)
    connection = pool._new_conn()
    connection.timeout = timeout
    if manager.proxy is not None:
        pool._prepare_proxy(connection)
    else:
        connection.connect()
    return connection.sock


def _watching(pool_class: Any) -> Any:
    class Connection(_Watched, pool_class.ConnectionCls):  # type: ignore[misc]
        pass

    class Pool(pool_class):  # type: ignore[misc]
        ConnectionCls = Connection

    return Pool


class _Watched:
    """Both ways in which a connection comes to be used: it is new, or it is left from an earlier call."""

    sock: Optional[Any]

    def _new_conn(self) -> Any:
        connection = super()._new_conn()  # type: ignore[misc]
        watched(connection)
        return connection

    def putrequest(self, *given: Any, **options: Any) -> Any:
        if self.sock is not None:
            watched(self.sock)
        return super().putrequest(*given, **options)  # type: ignore[misc]
