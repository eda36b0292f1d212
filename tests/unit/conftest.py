"""Unit tests import the collection under its own name, from the tree that ``make tree`` builds."""

from __future__ import annotations

import importlib.util

import pytest


def pytest_configure() -> None:
    try:
        found = importlib.util.find_spec("ansible_collections.ocp_day2.ovn_migration")
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise pytest.UsageError("The tree with the collections is missing: run `make tree` (or `make unit`).")
