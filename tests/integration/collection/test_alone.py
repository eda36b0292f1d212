"""Somebody else's day-2 playbook: one role for one pool, two modules, and one ``module_defaults`` for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import accepted, reboots, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

PLAYBOOK = """
- name: Renew the infra nodes
  hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  module_defaults:
    group/ocp_day2.ovn_migration.cluster:
      kubeconfig: KUBECONFIG
  tasks:
    - name: Wait until the infra pool is done
      ocp_day2.ovn_migration.mcp_wait:
        names: [infra]
      register: pools

    - name: Reboot the infra nodes, one after the other
      ansible.builtin.include_role:
        name: ocp_day2.ovn_migration.cno_reboot
      vars:
        cno_reboot_scope: all
        cno_reboot_pools: [infra]
        cno_reboot_max_unavailable: "1"
        cno_reboot_allow_disruption: true

    - name: Wait until the operators are healthy
      ocp_day2.ovn_migration.co_health:
        stable_for: 1
      register: operators

    - name: Keep what was found
      ansible.builtin.copy:
        content: "{{ {'pools': pools, 'operators': operators} | to_json }}"
        dest: found.json
        mode: "0600"
"""


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    directory = tmp_path_factory.mktemp("alone")
    options = Options(
        masters=1,
        workers=1,
        pools={"infra": 2},
        speed=0,
        max_lifetime=600,
        kubeconfig=directory / "kubeconfig",
        state=directory / "state.json",
    )
    with running(options) as simulator:
        yield simulator


def test_one_role_and_two_modules_on_their_own(simulator: RunningSimulator, tmp_path: Path) -> None:
    book = tmp_path / "day2.yml"
    book.write_text(PLAYBOOK.replace("KUBECONFIG", str(simulator.kubeconfig)), encoding="utf-8")
    run = playbook(str(book), kubeconfig=None, cwd=tmp_path)
    assert run.code == 0, run.output
    assert dict(reboots(simulator.disruptions())) == {("infra-0", "manual"): 1, ("infra-1", "manual"): 1}
    first, second = sorted(simulator.disruptions()["reboots"], key=lambda row: float(row["requested_at"]))
    assert first["up_at"] < second["requested_at"], "one after the other"
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert [pool["name"] for pool in found["pools"]["pools"]] == ["infra"]
    assert found["operators"]["verdict"]["state"] == "done"
    written = [row for row in accepted(writes(simulator.requests())) if row["verb"] != "exec"]
    assert written == [], "a reboot outside a migration leaves nothing behind"
