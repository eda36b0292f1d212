"""Seeded clusters, one for each version and topology that a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pytest

from tests.simulator.options import Options
from tests.simulator.profiles import profile_for
from tests.simulator.seed import builtin_resources, seed
from tests.simulator.store.objects import ObjectStore

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Build = Callable[..., ObjectStore]


def build(ocp: str = "4.14", **options: Any) -> ObjectStore:
    """A store with nothing but the seed in it; a test may change it."""
    chosen = Options(ocp=ocp, **options)
    profile = profile_for(ocp)
    store = ObjectStore(now=lambda: NOW, seed=chosen.seed)
    for resource in builtin_resources(profile):
        store.declare(resource)
    seed(store, options=chosen, profile=profile, now=NOW)
    return store


@lru_cache(maxsize=16)
def shared(ocp: str = "4.14") -> ObjectStore:
    """The same, for tests that only read."""
    return build(ocp)


@pytest.fixture
def store() -> ObjectStore:
    return build()
