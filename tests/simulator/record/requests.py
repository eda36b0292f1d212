"""Every request that reached the API, or a node by ssh, in the order of arrival."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator.ports import Object


class RequestRecord:
    """Rows ``{seq, at, verb, method, path, query, resource, namespace, name, subresource, user, user_agent, status,
    dry_run, body}``; ``at`` in simulated seconds, ``body`` for writes only, ``status`` 0 until answered. Rows of the
    verb ``ssh`` have ``node``, ``command`` and ``exit_code`` too (None: the connection broke off before that)."""

    def __init__(self, *, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self.rows: list[Object] = []

    def begin(self, *, method: str, path: str, query: str) -> Object:
        """A row for a request that has just arrived; it is filled in while the request is understood."""
        row: Object = {
            "seq": len(self.rows) + 1,
            "at": round(self._seconds(), 3),
            "verb": "",
            "method": method,
            "path": path,
            "query": query,
            "resource": "",
            "namespace": None,
            "name": None,
            "subresource": "",
            "user": "",
            "user_agent": "",
            "status": 0,
            "dry_run": False,
            "body": None,
        }
        self.rows.append(row)
        return row

    def ssh(self, *, node: str, command: str) -> Object:
        """A row for a command on a node, or for a connection that a bastion was asked for."""
        row = self.begin(method="", path="", query="")
        row |= {"verb": "ssh", "name": node, "node": node, "command": command, "exit_code": None}
        return row

    def clear(self) -> None:
        self.rows.clear()
