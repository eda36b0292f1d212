# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The window between a flip and the last reboot, in which the pod network is down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from ..networks import Networks
from ..nodes import Node
from ..records.journal import Journal, not_rebooted
from ..verdicts import listed


def window(networks: Networks, journal: Optional[Journal], nodes: Sequence[Node]) -> str:
    """Why the cluster is in the window, whichever way it goes; empty when it is not.

    ``journal`` is the record of the last flip. It counts also when ``spec.migration`` has been taken away, or asks for
    the way back already: the nodes are where they were.
    """
    config, operator = networks.config, networks.operator
    if config.spec_type != config.status_type:
        return f"the operator runs {config.status_type} and is to run {config.spec_type}"
    if journal is None or journal.closed_at is not None or journal.target != config.spec_type:
        return "nobody has recorded which nodes have rebooted" if operator.migrating_to == config.spec_type else ""
    waiting = not_rebooted(nodes, journal.boot_ids)
    if waiting:
        return f"not rebooted since the switch to {journal.target}: {listed(waiting)}"
    away = [node.name for node in nodes if not node.ready]
    return f"not Ready since the switch to {journal.target}: {listed(away)}" if away and operator.migration else ""
