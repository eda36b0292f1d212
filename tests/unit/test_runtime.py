"""What meta/runtime.yml and galaxy.yml promise is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_action_group_is_every_module_that_speaks_to_a_cluster() -> None:
    actions = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert read("meta/runtime.yml")["action_groups"] == {"cluster": sorted(modules - actions)}
    assert actions < modules, "an action is documented by a module of its name"


def test_nothing_that_is_ignored_by_git_can_be_packed() -> None:
    ignored = {line.strip().strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    folders = {name for name in ignored if name.startswith(".")} | {"artifacts"}
    assert folders - set(read("galaxy.yml")["build_ignore"]) == set()


def test_run_time_requirements_are_pinned_for_development() -> None:
    pinned = {
        line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    wanted = {line.split(">=")[0] for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    assert {name for name in wanted if not name.startswith("#")} <= pinned
