# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments for a module that runs in the process of the tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from ansible.module_utils.testing import patch_module_args


@contextmanager
def module_arguments(given: Mapping[str, Any]) -> Iterator[None]:
    """As Ansible hands them over, to a process that is no controller. This one is, once a test of an action plugin has
    run in it, and ansible-core from 2.19 on would keep a module's warnings to itself."""
    internal: Any = sys.modules.get("ansible.module_utils._internal")
    told = patch.object(internal, "is_controller", False) if hasattr(internal, "is_controller") else nullcontext()
    with told, patch_module_args(dict(given)):
        yield
