# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An observation that remembers its last answer, so that a result can show what a wait saw last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Optional, TypeVar

from ..._domain.errors import MigrationError
from ..._domain.verdicts import Verdict
from .waiter import Wait, Waiter

T = TypeVar("T")


@dataclass
class LastObservation(Generic[T]):
    """``observe``, callable in its place. ``shown`` turns the last answer into facts of the module's result."""

    observe: Callable[[], T]
    show: Callable[[T], Mapping[str, Any]]
    _seen: list[T] = field(default_factory=list)

    def __call__(self) -> T:
        self._seen[:] = [self.observe()]
        return self._seen[0]

    @property
    def last(self) -> Optional[T]:
        """None when nothing could be observed."""
        return self._seen[0] if self._seen else None

    @property
    def shown(self) -> dict[str, Any]:
        """Empty when nothing could be observed."""
        return dict(self.show(self._seen[0])) if self._seen else {}

    def awaited(self, waiter: Waiter, *, tried: str, judge: Callable[[T], Verdict], remedy: str = "") -> Wait:
        """Wait with it, as ``Waiter.until`` does. Whatever ends the wait, its error carries what was seen last."""
        try:
            return waiter.until(tried=tried, observe=self, judge=judge, remedy=remedy)
        except MigrationError as error:
            error.facts.update(self.shown)
            raise
