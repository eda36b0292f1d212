# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that somebody gives, held against what the cluster has."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .errors import Refused


def require_known(names: Iterable[str], *, known: Collection[str], what: str, remedy: str) -> None:
    """
    :param what: the plural of what is named: ``nodes``
    :raises Refused: naming what there is no such thing of, and what there is
    """
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Refused(
            tried=f"find the {what} {', '.join(unknown)}",
            seen=f"this cluster has {', '.join(known) or 'none'}",
            remedy=remedy,
        )
