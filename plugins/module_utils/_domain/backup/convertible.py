# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is to convert right before the operator does it, which may be another thing than what the backup holds.

Builds up to 4.15, and of 4.16 before 2025, convert while the migration is being prepared and empty the addresses of
NetNamespaces and HostSubnets then (cluster-network-operator 4.14, pkg/controller/operconfig/migration.go). What they
have emptied stays in the record as it was before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .conversions import EGRESS_NODE, OVN_MULTICAST, SDN_MULTICAST, LiveObjects, annotations_of, namespace_of

Json = dict[str, Any]

#: Fields that the operator empties.
ADDRESSES = {"NetNamespace": ("egressIPs",), "HostSubnet": ("egressCIDRs", "egressIPs")}


def matters(body: Mapping[str, Any]) -> bool:
    """Whether there is anything in it to convert."""
    marks = annotations_of(body)
    if body["kind"] == "NetNamespace":
        return bool(body.get("egressIPs")) or marks.get(SDN_MULTICAST) == "true"
    if body["kind"] == "HostSubnet":
        return any(body.get(field) for field in ADDRESSES["HostSubnet"])
    return body["kind"] != "Namespace" or marks.get(OVN_MULTICAST) == "true"


def to_convert(
    before: Sequence[Mapping[str, Any]], live: Sequence[Mapping[str, Any]], present: LiveObjects
) -> list[Json]:
    """``live`` as it is, with the addresses of ``before`` where the operator has taken them already.

    :param before: an earlier record, or the backup; empty when nothing can have been converted yet
    :param live: the objects of the former plugin's kinds
    :param present: what conversions leave behind
    """
    known = {_key(body): body for body in before} if any(_taken(body, present) for body in before) else {}
    whole = [_with_addresses(body, known.get(_key(body))) for body in live]
    return [body for body in whole if matters(body)]


def _with_addresses(body: Mapping[str, Any], known: Mapping[str, Any] | None) -> Json:
    fields = ADDRESSES.get(body["kind"], ())
    if known is None or any(body.get(field) for field in fields):
        return dict(body)
    return {**body, **{field: known[field] for field in fields if known.get(field)}}


def _taken(body: Mapping[str, Any], present: LiveObjects) -> bool:
    name = body["metadata"]["name"]
    if body["kind"] == "NetNamespace":
        return bool(body.get("egressIPs")) and present.get("EgressIP", f"egressip-{name}") is not None
    if body["kind"] == "HostSubnet":
        node = present.get("Node", name)
        return matters(body) and node is not None and EGRESS_NODE in (node["metadata"].get("labels") or {})
    return False


def _key(body: Mapping[str, Any]) -> tuple[str, str, str]:
    return body["kind"], namespace_of(body), body["metadata"]["name"]
