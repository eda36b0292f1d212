# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.records.parent_process import (
    Worker,
    orphan_check,
    worker,
)

PLAYBOOK = "python3\0/usr/bin/ansible-playbook\0migrate.yml\0"


@pytest.fixture
def proc(tmp_path):
    """``/proc`` of processes given as pid -> (parent, command line)."""

    def proc(processes):
        for pid, (parent, line) in processes.items():
            folder = tmp_path / str(pid)
            folder.mkdir(exist_ok=True)
            (folder / "status").write_text(f"Name:\tx\nPid:\t{pid}\nPPid:\t{parent}\n", encoding="utf-8")
            (folder / "cmdline").write_text(line, encoding="utf-8")
        return tmp_path

    return proc


TREE = {
    90: (1, "bash\0"),
    100: (90, PLAYBOOK),
    101: (100, PLAYBOOK),
    102: (101, "/bin/sh\0-c\0/bin/sh -c 'python AnsiballZ_mcp_wait.py'\0"),
    103: (102, "/bin/sh\0-c\0python AnsiballZ_mcp_wait.py\0"),
    104: (103, "python\0AnsiballZ_mcp_wait.py\0"),
}


def test_the_worker_is_the_one_that_was_forked(proc):
    assert worker(104, proc=proc(TREE)) == Worker(101, 100)


@pytest.mark.parametrize(
    ("change", "orphaned"),
    [
        pytest.param({}, False, id="all there"),
        pytest.param({101: (1, PLAYBOOK)}, True, id="playbook killed"),
        pytest.param({100: (1, PLAYBOOK)}, False, id="its shell has ended"),
    ],
)
def test_orphaned(proc, change, orphaned):
    found = worker(104, proc=proc(TREE))
    assert found is not None
    assert found.orphaned(proc(change)) is orphaned


def test_what_cannot_be_read_is_no_reason_to_end(tmp_path):
    assert Worker(101, 100).orphaned(tmp_path) is False
    assert worker(104, proc=tmp_path) is None


def test_over_ssh_there_is_no_worker(proc):
    tree = {100: (1, "sshd: core [priv]\0"), 101: (100, "sshd: core@notty\0"), 104: (101, "python\0x.py\0")}
    assert worker(104, proc=proc(tree)) is None


def test_our_own_process_can_be_watched():
    assert orphan_check()() is False
