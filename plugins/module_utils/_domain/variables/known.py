# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables there are, and what is a slip of the pen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

#: Variables of the playbooks, for no role alone, as ``meta/argument_specs.yml`` would have them.
RUN_WIDE: Mapping[str, Mapping[str, Any]] = {
    "cno_allow_disruption": {"type": "bool"},
    "cno_allow_oauth_token": {"type": "bool"},
    "cno_api_services_ignore": {"type": "list", "elements": "str"},
    "cno_artifacts_dir": {"type": "path"},
    "cno_context": {"type": "str"},
    "cno_hosts": {"type": "raw"},
    "cno_kubeconfig": {"type": "path"},
    "cno_lock_seconds": {"type": "int"},
    "cno_lock_take_over": {"type": "bool"},
    "cno_rollback_abort_timeout": {"type": "int"},
    "cno_rollback_accept_losses": {"type": "bool"},
    "cno_rollback_api_outage_timeout": {"type": "int"},
    "cno_rollback_without_backup": {"type": "bool"},
    "cno_target": {"type": "str", "choices": ["OVNKubernetes", "OpenShiftSDN"]},
    "cno_wait_sleep": {"type": "int"},
}
#: What the playbooks note for themselves.
INTERNAL = frozenset({"cno_lock_holder"})
#: How alike names are that are taken for one another.
ALIKE = 0.8


def unknown(given: Iterable[str], *, roles: Collection[str], known: Collection[str]) -> list[str]:
    """Names that begin with a role's and mean nothing to it, each with the nearest that does."""
    strange = sorted(name for name in given if name not in known and any(name.startswith(f"{role}_") for role in roles))
    return [f"{name} is no variable of {_role(name, roles)}{_hint(name, known)}" for name in strange]


def doubtful(given: Iterable[str], *, roles: Collection[str], known: Collection[str]) -> list[str]:
    """Other names that look like a slip; a larger playbook may have ``cno_`` variables of its own."""
    strange = sorted(
        name
        for name in given
        if name.startswith("cno_") and name not in {*known, *INTERNAL, *roles} and not _role(name, roles)
    )
    return [f"{name} means nothing here{hint}" for name in strange for hint in [_hint(name, known)] if hint]


def _role(name: str, roles: Collection[str]) -> str:
    return next((role for role in roles if name.startswith(f"{role}_")), "")


def _hint(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=ALIKE)
    return f"; did you mean {near[0]}?" if near else ""
