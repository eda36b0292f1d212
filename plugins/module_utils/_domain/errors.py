# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, each as a type with the data that a result needs.

A message says what was tried, on what, what was seen and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .verdicts import Verdict


class MigrationError(Exception):
    """Base of all expected failures.

    :param tried: what was attempted, on what (``read networks.config.openshift.io cluster``)
    :param seen: what came back
    :param remedy: what the operator should do next
    :param facts: more data for the module's result
    """

    def __init__(self, *, tried: str, seen: str, remedy: str = "", facts: Optional[Mapping[str, Any]] = None) -> None:
        self.tried = tried
        self.seen = seen
        self.remedy = remedy
        self.facts: dict[str, Any] = dict(facts or {})
        super().__init__(self.message)

    @property
    def message(self) -> str:
        text = f"Could not {self.tried}: {self.seen}"
        text = text if text.endswith((".", "!", "?")) else text + "."
        return f"{text} {self.remedy}" if self.remedy else text


class ClusterUnreachable(MigrationError):
    """The API did not answer, or answered that it cannot serve (5xx, 429): the same call may work later."""


class Unauthorized(ClusterUnreachable):
    """401. Outside the reboot window it is final; inside it, token reviews fail while oauth-apiserver is down."""


class Forbidden(MigrationError):
    """403: the credential lacks a right."""


class BeingDeleted(MigrationError):
    """403: nothing can be created in a namespace that is being deleted. No right would help."""


class Untrusted(MigrationError):
    """The API server's certificate cannot be verified, so nothing was sent."""


class Misconfigured(MigrationError):
    """The way to the API is set up wrongly: a file, a proxy, a credential. Only its owner can mend it, so it is not
    asked again."""


class NotFound(MigrationError):
    """404: the object, or its whole API, does not exist."""


class Conflict(MigrationError):
    """409: somebody else wrote first, or the object exists already."""


class Rejected(MigrationError):
    """The API server refused the request itself (400, 405, 415, 422)."""


class Refused(MigrationError):
    """A law of the migration, or the Cluster Network Operator, refuses the request."""


class WaitEnded(MigrationError):
    """A wait ended without success; ``verdict`` is the last one."""

    def __init__(
        self, *, tried: str, verdict: Verdict, seen: str, remedy: str = "", facts: Optional[Mapping[str, Any]] = None
    ) -> None:
        self.verdict = verdict
        super().__init__(tried=tried, seen=seen, remedy=remedy, facts=facts)


class WaitTimeout(WaitEnded):
    """The time was up while the verdict was still pending."""


class WaitFailed(WaitEnded):
    """The verdict was failed for as long as a failure has to persist."""
