"""The columns that most kinds share, and short ways to declare others."""

from __future__ import annotations

from tests.simulator.seed import cells
from tests.simulator.store.resources import Cell, Column

NAME = Column("Name", cells.name, format="name")
AGE = Column("Age", cells.created)
CREATED_AT = Column("Created At", cells.created_at, format="date-time")


def text(name: str, cell: Cell, *, wide: bool = False) -> Column:
    return Column(name, cell, priority=int(wide))


def number(name: str, *path: str, wide: bool = False) -> Column:
    """A column that shows the number at ``path``, 0 when there is none."""
    return Column(name, cells.number(*path), type="integer", priority=int(wide))
