# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the ansible-playbook that a module works for is still there.

When it is killed, what it has started lives on: the worker that it forked, and below it the module.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

#: Shells and wrappers between a module and the worker; more than this many are no Ansible that we know.
DEPTH = 16


@dataclass(frozen=True)
class Worker:
    """The process below which a module runs, with the process that forked it."""

    pid: int
    parent: int

    def orphaned(self, proc: Path = Path("/proc")) -> bool:
        """False as well when that cannot be told."""
        return _parent(proc, self.pid) not in (None, self.parent)


def worker(pid: Optional[int] = None, *, proc: Path = Path("/proc")) -> Optional[Worker]:
    """The worker above ``pid`` (this process): forked without exec, so its command line is that of its parent.

    None where there is no such thing: over ssh, or on a system without ``/proc``.
    """
    child = os.getpid() if pid is None else pid
    for _step in range(DEPTH):
        parent = _parent(proc, child)
        if parent is None or parent <= 1:
            return None
        line = _command_line(proc, child)
        if line and line == _command_line(proc, parent):
            return Worker(child, parent)
        child = parent
    return None


def orphan_check() -> Callable[[], bool]:
    """A function that tells whether the worker above us has lost its parent since now."""
    found = worker()
    return found.orphaned if found else lambda: False


def _parent(proc: Path, pid: int) -> Optional[int]:
    try:
        status = (proc / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("PPid:")), "")
    return int(line.split()[1]) if line else None


def _command_line(proc: Path, pid: int) -> bytes:
    try:
        return (proc / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""
