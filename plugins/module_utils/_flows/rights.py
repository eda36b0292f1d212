# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the credential has the rights that something needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional, Protocol

from .._cluster.kinds import NAMESPACE, Kind
from .._cluster.port import Access, Cluster
from .._cluster.readers import namespace_exists
from .._domain.errors import Forbidden, NotFound, Rejected
from .._domain.records.journal import NAMESPACE as OURS
from .._domain.rights import MIGRATE
from .._domain.rules import Rule
from .._domain.verdicts import listed

NEW_NAMESPACE = Access("create", NAMESPACE)
#: The right to everything, as the role cluster-admin gives it: one question in place of many.
EVERYTHING = Access("*", Kind("*/*", "*", "*"))


class Reviews(Protocol):
    """The two questions of ``port.Cluster`` about one's own rights."""

    def allowed(self, access: Access) -> bool: ...

    def rules(self, namespace: Optional[str] = None) -> tuple[Rule, ...]: ...


def lacking(cluster: Reviews, needed: Iterable[Access]) -> list[Access]:
    """Those of ``needed`` that the credential does not have, in as few questions as prove it.

    What the server lists is granted, also when its list is not complete. What it does not list is asked for one by one:
    authorizers other than RBAC need not list what they grant (``SubjectRulesReviewStatus.incomplete``; the group
    system:masters is not listed at all). Rules that are listed for a namespace may come from a role in it, so they say
    nothing about other namespaces or the cluster.
    """
    asked = [*dict.fromkeys(needed)]
    if len(asked) < 2:
        return [access for access in asked if not cluster.allowed(access)]
    everywhere = _rules(cluster)
    left = _unlisted(asked, everywhere)
    if left and not everywhere and cluster.allowed(EVERYTHING):
        return []
    for namespace in dict.fromkeys(access.namespace for access in left if access.namespace):
        there = [access for access in left if access.namespace == namespace]
        if everywhere and len(there) > 1:
            unlisted = _unlisted(there, _rules(cluster, namespace))
            left = [access for access in left if access.namespace != namespace or access in unlisted]
    return [access for access in left if not cluster.allowed(access)]


def require_rights(cluster: Cluster, needed: Iterable[Access], *, tried: str, remedy: str = MIGRATE) -> None:
    """To be called before the first write.

    ``NEW_NAMESPACE`` may always be among ``needed``: a namespace that is there, with a Role in it, need not be made by
    whoever writes to it.

    :param tried: completes "Could not … with this credential"
    :raises Forbidden: naming every right that is missing
    """
    asked = [*dict.fromkeys(needed)]
    lacked = lacking(cluster, asked)
    if NEW_NAMESPACE in lacked and namespace_exists(cluster, OURS):
        asked.remove(NEW_NAMESPACE)
        lacked.remove(NEW_NAMESPACE)
    missing = [access.title for access in lacked]
    if missing:
        raise Forbidden(
            tried=f"{tried} with this credential",
            seen=f"it lacks {len(missing)} of {len(asked)} rights: {listed(missing)}",
            remedy=f"Nothing was changed. {remedy}.",
            facts={"missing_rights": missing},
        )


def _rules(cluster: Reviews, namespace: Optional[str] = None) -> tuple[Rule, ...]:
    """None where such a review is refused: then each right is asked for."""
    try:
        return cluster.rules(namespace)
    except (Forbidden, NotFound, Rejected):
        return ()


def _unlisted(needed: Iterable[Access], rules: Iterable[Rule]) -> list[Access]:
    return [access for access in needed if not any(_covers(rule, access) for rule in rules)]


def _covers(rule: Rule, access: Access) -> bool:
    return rule.covers(
        verb=access.verb,
        group=access.kind.group,
        resource=access.kind.plural,
        subresource=access.subresource,
        name=access.name,
    )
