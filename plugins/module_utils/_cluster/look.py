# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at a cluster by several who would each ask for the same objects."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Optional, Union, cast

from .._domain.errors import NotFound
from .kinds import (
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    MUTATING_WEBHOOKS,
    NODE_HEALTH_CHECK,
    VALIDATING_WEBHOOKS,
    Kind,
)
from .port import Cluster, Json

#: Kinds whose lists are kept: those that several ask for. Of others a cluster may have many thousands.
LISTED = frozenset(
    {MACHINE_CONFIG_POOL, MACHINE_HEALTH_CHECK, NODE_HEALTH_CHECK, VALIDATING_WEBHOOKS, MUTATING_WEBHOOKS}
)
#: What changes nothing, and so does not end a look.
HARMLESS = frozenset({"now", "ready", "allowed", "rules", "discover", "oauth_token", "secrets"})
#: What was found, or that it is absent. Any other error is asked about again.
Found = Union[Any, NotFound]


def one_look(cluster: Cluster) -> Cluster:
    """The same cluster, for what is read at one moment: each object is asked for once, and nothing is kept beyond the
    first call that writes or runs something.

    Not for a wait, which would never see anything new.
    """
    return cast(Cluster, _Look(cluster))


class _Look:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._found: dict[tuple[Any, ...], Found] = {}

    def get(self, kind: Kind, name: str, *, namespace: Optional[str] = None) -> Json:
        found: Json = self._once(
            ("get", kind, name, namespace), lambda: self._cluster.get(kind, name, namespace=namespace)
        )
        return found

    def list(self, kind: Kind, *, namespace: Optional[str] = None, labels: str = "", fields: str = "") -> list[Json]:
        def ask() -> Any:
            return self._cluster.list(kind, namespace=namespace, labels=labels, fields=fields)

        found: Any = self._once(("list", kind, namespace, labels, fields), ask) if kind in LISTED else ask()
        return list(found)

    def __getattr__(self, name: str) -> Any:
        if name not in HARMLESS:
            self._found.clear()
        return getattr(self._cluster, name)

    def _once(self, what: tuple[Any, ...], ask: Callable[[], Any]) -> Any:
        if what not in self._found:
            try:
                self._found[what] = ask()
            except NotFound as error:
                self._found[what] = error
        found = self._found[what]
        if isinstance(found, NotFound):
            raise found
        return copy.deepcopy(found)
