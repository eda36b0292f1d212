# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module as Ansible runs it: arguments in, ``main()``, one JSON document out. Only cluster and clock are fakes."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible.module_utils.common import warnings as ansible_warnings
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._ansible import module as glue
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock

MODULES = "ansible_collections.ocp_day2.ovn_migration.plugins.modules"


@dataclass
class Bench:
    """Where a module is tried: ``bench.run("co_health", names=["dns"])`` returns its result."""

    read_stdout: Callable[[], str]
    cluster: FakeCluster = field(default_factory=FakeCluster)
    clock: ScriptedClock = field(default_factory=ScriptedClock)

    def run(self, module_name: str, /, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """The result; ``failed`` is in it when the module failed."""
        module = importlib.import_module(f"{MODULES}.{module_name}")
        # A module's process ends with it; here the next one would repeat its warnings.
        getattr(ansible_warnings, "_global_warnings", {}).clear()
        with patch_module_args({**arguments, "_ansible_check_mode": check}), pytest.raises(SystemExit) as ended:
            module.main()
        result: dict[str, Any] = json.loads(self.read_stdout())
        assert bool(result.get("failed")) == bool(ended.value.code)
        # Ansible reads it as "this task was not run".
        assert "skipped" not in result
        return result


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Bench:
    bench = Bench(read_stdout=lambda: capfd.readouterr().out)
    monkeypatch.setattr(connection, "connect", lambda params: bench.cluster)
    monkeypatch.setattr(glue, "SystemClock", lambda: bench.clock)
    return bench
