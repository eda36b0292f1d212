"""The playbooks are lists of the same phases, and a phase is one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
PHASES = ("backup", "prepare", "switch", "reboot", "verify", "cleanup")


def read(name: str) -> list[dict[str, Any]]:
    loaded = yaml.safe_load((PLAYBOOKS / name).read_text(encoding="utf-8"))
    assert isinstance(loaded, list)
    return loaded


def ahead(playbook: str) -> list[list[str]]:
    """What is still to do, from each point at which a run may begin."""
    [play] = read(f"{playbook}.yml")
    return list(play["vars"][f"{playbook}_ahead"].values())


def test_each_phase_is_one_import_with_its_name_its_condition_and_its_tag() -> None:
    said = [
        (
            task["ansible.builtin.import_role"]["name"],
            task["vars"]["migrate_phase"],
            task["when"],
            task["tags"],
        )
        for task in read("tasks/phases.yml")
    ]
    names = {phase: phase for phase in PHASES} | {"backup": "{{ migrate_backup_phase }}"}
    assert said == [
        (f"ocp_day2.ovn_migration.cno_{phase}", names[phase], f"'{phase}' in migrate_todo", f"cno_{phase}")
        for phase in PHASES
    ]


@pytest.mark.parametrize("playbook", ["migrate", "rollback"])
def test_what_is_ahead_is_in_the_order_of_the_phases(playbook: str) -> None:
    for todo in ahead(playbook):
        assert todo == [phase for phase in PHASES if phase in todo]
        assert "verify" in todo


def test_both_playbooks_give_the_modules_the_same() -> None:
    [there], [back] = read("migrate.yml"), read("rollback.yml")
    assert there["module_defaults"] == back["module_defaults"]
    assert {"lock_holder", "run_phase"} < set(there["module_defaults"]["group/ocp_day2.ovn_migration.cluster"])


@pytest.mark.parametrize("playbook", ["migrate", "rollback"])
def test_a_playbook_records_nothing_by_itself(playbook: str) -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (PLAYBOOKS / f"{playbook}.yml", *PLAYBOOKS.glob("tasks/*.yml"))
    ]
    assert [text for text in texts if "migration_journal:" in text] == []
