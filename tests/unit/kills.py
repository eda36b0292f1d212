# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that dies just before one of its writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.errors import MigrationError
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import READS, Call, FakeCluster


class Killed(MigrationError):
    """What everything says that a dead run still tries."""


@contextmanager
def killed_before_write(cluster: FakeCluster, number: int) -> Iterator[None]:
    """Inside, nothing arrives from the ``number``-th write (from 1) on; outside, the cluster is itself again."""
    log = cluster._log
    writes = 0

    def log_until_dead(call: Call) -> None:
        nonlocal writes
        writes += call.verb not in READS
        if writes >= number:
            raise Killed(tried="go on", seen="the run was killed")
        log(call)

    cluster._log = log_until_dead  # type: ignore[method-assign]
    try:
        yield
    finally:
        cluster._log = log  # type: ignore[method-assign]
