# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.backup.etcd import (
    HostFile,
    backup_verdict,
    command,
    measured,
)

SNAPSHOT = HostFile("/b/snapshot_2026-01-01_000000.db", 7)
RESOURCES = HostFile("/b/static_kuberesources_2026-01-01_000000.tar.gz", 5)


@pytest.mark.parametrize(
    ("files", "state", "words"),
    [
        pytest.param([SNAPSHOT, RESOURCES], "done", "has 7 bytes", id="both"),
        pytest.param([], "failed", "it left nothing", id="nothing"),
        pytest.param([SNAPSHOT], "failed", "it left snapshot_", id="only-the-snapshot"),
        pytest.param([RESOURCES], "failed", "it left static_", id="only-the-resources"),
        pytest.param([HostFile(SNAPSHOT.path, 0), RESOURCES], "failed", ".db is empty", id="empty-snapshot"),
        pytest.param([SNAPSHOT, HostFile(RESOURCES.path, 0)], "failed", ".tar.gz is empty", id="empty-archive"),
        pytest.param(
            [HostFile("/b/snapshot_2025-12-31_000000.db", 7), RESOURCES], "failed", "of one moment", id="two-moments"
        ),
        pytest.param([HostFile(f"{SNAPSHOT.path}.part", 7), RESOURCES], "failed", "are not there", id="unfinished"),
    ],
)
def test_what_counts_as_a_backup(files, state, words):
    verdict = backup_verdict(files)
    assert verdict.state == state
    assert words in verdict.reason


def test_sizes():
    text = "7 /b/with a blank.db\nstat: cannot statx '/b/x': No such file or directory\n\n0 /b/y\n"
    assert measured(text) == (HostFile("/b/with a blank.db", 7), HostFile("/b/y", 0))


@pytest.mark.parametrize("directory", ["/b", "/my backup", "/a;reboot", "/$(id)"])
def test_a_directory_is_one_word_of_the_command(directory):
    shell, option, script = command(directory)
    assert (shell, option) == ("sh", "-c")
    assert shlex.split(script.rpartition(")")[2] if "(" not in directory else script)[-1] == directory
