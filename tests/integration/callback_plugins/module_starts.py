"""An Ansible callback: which modules were started, a line each, in the file that ``MODULE_STARTS`` names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: module_starts
type: aggregate
short_description: writes down which modules were started
description: One line for each start of a module; an item of a loop and a retry are a start each.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "module_starts"

    def v2_runner_on_ok(self, result: Any) -> None:
        self._note(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._note(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._write(result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._write(result)

    def v2_runner_retry(self, result: Any) -> None:
        self._write(result)

    def _note(self, result: Any) -> None:
        """The result of a whole loop comes after those of its items, and is no start."""
        if not result.task.loop:
            self._write(result)

    def _write(self, result: Any) -> None:
        with Path(os.environ["MODULE_STARTS"]).open("a", encoding="utf-8") as stream:
            stream.write(f"{result.task.action}\t{result.task.get_name()}\n")
