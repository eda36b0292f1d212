"""An Ansible callback: the result of the last task as JSON, in the file that ``TASK_RESULT`` names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.module_utils.common.text.converters import jsonify
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_result
type: aggregate
short_description: writes down the result of the last task
description: What a playbook sees that registers the result.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_result"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write(result, failed=True)

    def _write(self, result: Any, *, failed: bool) -> None:
        told = json.loads(jsonify(result._result))
        kept = {key: value for key, value in told.items() if not key.startswith("_ansible_")}
        Path(os.environ["TASK_RESULT"]).write_text(
            json.dumps({"changed": False, **kept, "failed": failed}), encoding="utf-8"
        )
