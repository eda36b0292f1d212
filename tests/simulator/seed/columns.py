"""The columns that most kinds share, and short ways to declare others."""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulator.seed import cells
from tests.simulator.store.resources import Cell, Column

NAME = Column("Name", cells.name, format="name")
AGE = Column("Age", cells.created)
CREATED_AT = Column("Created At", cells.created_at, format="date-time")


def text(name: str, cell: Cell, *, wide: bool = False) -> Column:
    return Column(name, cell, priority=int(wide))


SHARED: Mapping[str, Column] = {
    column.name: column
    for column in (
        NAME,
        AGE,
        CREATED_AT,
        text("Containers", cells.containers, wide=True),
        text("Images", cells.images, wide=True),
        text("Selector", cells.workload_selector, wide=True),
    )
}
