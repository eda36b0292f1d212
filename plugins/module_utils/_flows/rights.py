# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the credential has the rights that something needs."""

from __future__ import annotations

from collections.abc import Iterable

from .._cluster.kinds import NAMESPACE
from .._cluster.port import Access, Cluster
from .._cluster.readers import namespace_exists
from .._domain.errors import Forbidden
from .._domain.records.journal import NAMESPACE as OURS
from .._domain.rights import MIGRATE
from .._domain.verdicts import listed

NEW_NAMESPACE = Access("create", NAMESPACE)


def require_rights(cluster: Cluster, needed: Iterable[Access], *, tried: str, remedy: str = MIGRATE) -> None:
    """To be called before the first write.

    :param tried: completes "Could not … with this credential"
    :raises Forbidden: naming every right that is missing
    """
    asked = [*dict.fromkeys(needed)]
    missing = [access.title for access in asked if not cluster.allowed(access)]
    if missing:
        raise Forbidden(
            tried=f"{tried} with this credential",
            seen=f"it lacks {len(missing)} of {len(asked)} rights: {listed(missing)}",
            remedy=f"Nothing was changed. {remedy}.",
            facts={"missing_rights": missing},
        )


def keeping_records(cluster: Cluster) -> tuple[Access, ...]:
    """A namespace that is there, with a Role in it, need not be made by whoever writes to it."""
    return () if namespace_exists(cluster, OURS) else (NEW_NAMESPACE,)
