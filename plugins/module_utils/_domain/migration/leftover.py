# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether ``spec.migration`` is only what a finished migration has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from ..networks import Networks
from ..nodes import Node
from ..records.journal import Journal, not_rebooted
from ..verdicts import listed

#: What a migration of the network type sets. Others, such as ``mode`` and ``mtu``, are of another kind of migration.
OURS = frozenset({"networkType", "features"})


def under_way(
    networks: Networks, *, unlike_type: Sequence[str], nodes: Sequence[Node], record: Optional[Journal]
) -> str:
    """Why ``spec.migration`` is no leftover, as a clause; empty when it is one.

    It is one when nothing moves by it: it asks for the type that runs, or for none; the nodes have configurations for
    that type; and nobody has recorded a flip to it after which nodes have to reboot.

    :param unlike_type: rendered configurations of pools with machines that do not boot for the type that runs
    :param record: of the last flip, of whichever direction
    """
    config, operator = networks.config, networks.operator
    unlike = sorted(name for name, value in (operator.migration or {}).items() if value and name not in OURS)
    if unlike:
        return f"it holds {listed(unlike)}"
    if config.spec_type != config.status_type:
        return f"the operator runs {config.status_type} and is to run {config.spec_type}"
    if operator.migrating_to not in (None, config.spec_type):
        return f"it asks for {operator.migrating_to}"
    if config.acknowledged not in (None, config.spec_type):
        return f"the operator has acknowledged one to {config.acknowledged}"
    if unlike_type:
        return f"not for {config.spec_type}: {listed(unlike_type)}"
    if record and record.closed_at is None and record.target == config.spec_type:
        waiting = not_rebooted(nodes, record.boot_ids)
        return f"not rebooted since the switch to {record.target}: {listed(waiting)}" if waiting else ""
    return ""
