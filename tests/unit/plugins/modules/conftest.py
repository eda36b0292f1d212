# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module as Ansible runs it: arguments in, ``main()``, one JSON document out. Only cluster and clock are fakes."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from ansible.module_utils.common import warnings as ansible_warnings

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._ansible import module as glue
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster import connection
from ansible_collections.ocp_day2.ovn_migration.tests.unit.fakes import FakeCluster, ScriptedClock
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.module_arguments import module_arguments
from ansible_collections.ocp_day2.ovn_migration.tests.unit.plugins.modules.results import MODULES, Result, complaints

#: The file that gets each result as a line of JSON, for the test that looks at all of them.
RECORD = "RESULTS_OF_MODULES"


@dataclass
class Bench:
    """Where a module is tried: ``bench.run("co_health", names=["dns"])`` returns its result."""

    read_stdout: Callable[[], str]
    cluster: FakeCluster = field(default_factory=FakeCluster)
    clock: ScriptedClock = field(default_factory=ScriptedClock)
    connected: bool = False

    def connect(self, _params: Mapping[str, Any], **_clock: Any) -> FakeCluster:
        self.connected = True
        return self.cluster

    def run(self, module_name: str, /, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """The result, which is what ``RETURN`` says; ``failed`` is in it when the module failed."""
        self.connected = False
        module = importlib.import_module(f"{MODULES}.{module_name}")
        # A module's process ends with it; here the next one would repeat its warnings.
        getattr(ansible_warnings, "_global_warnings", {}).clear()
        with module_arguments({**arguments, "_ansible_check_mode": check}), pytest.raises(SystemExit) as ended:
            module.main()
        result: dict[str, Any] = json.loads(self.read_stdout())
        assert bool(result.get("failed")) == bool(ended.value.code)
        # Ansible reads it as "this task was not run".
        assert "skipped" not in result
        self._compare(Result(module_name, result, begun=self.connected))
        return result

    @staticmethod
    def _compare(result: Result) -> None:
        if record := os.environ.get(RECORD):
            with open(record, "a", encoding="utf-8") as file:
                file.write(f"{json.dumps(asdict(result))}\n")
        assert complaints(result) == []


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Bench:
    bench = Bench(read_stdout=lambda: capfd.readouterr().out)
    monkeypatch.setattr(connection, "connect", bench.connect)
    monkeypatch.setattr(glue, "SystemClock", lambda: bench.clock)
    return bench
