"""The YAML files that hold what a cluster is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path) -> Any:
    """What a file holds; parsed in C where PyYAML can."""
    return yaml.load(path.read_text(encoding="utf-8"), _LOADER)
