"""Wait for a condition of a simulated cluster, never for time."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(reached: Callable[[], bool], *, alive: Callable[[], bool] = lambda: True, within: float = 180) -> None:
    """Return as soon as it is reached; ``AssertionError`` when what leads there has ended, or when it takes longer than
    ``within`` seconds."""
    deadline = time.monotonic() + within
    while not reached():
        assert alive(), "it ended before"
        assert time.monotonic() < deadline, f"not reached within {within} seconds"
        time.sleep(0.1)
