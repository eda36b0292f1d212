"""Run the real ansible-playbook against a simulated cluster and read what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLLECTION = "ocp_day2.ovn_migration"
ACTIONS = Path(__file__).resolve().parents[2] / "plugins" / "action"
#: A simulated minute is a second or less, so nothing needs to be held for long; and what no API can answer is true, as
#: README's mine.yml says.
QUICK: dict[str, Any] = {
    "cno_wait_sleep": 1,
    "cno_prepare_operators_stable_seconds": 0,
    "cno_switch_multus_stable_seconds": 1,
    "cno_verify_operators_stable_seconds": 1,
    "cno_preflight_acknowledge": ["etcd_backup", "tunnel_port_open", "nodes_not_routers"],
}
_CALLBACKS = {"ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins")}
RECAP = re.compile(r"^\S+\s+: (?P<counts>ok=.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """One ansible-playbook: exit code, everything it printed, and the counts of its recap (ok, changed, failed …)."""

    code: int
    output: str

    @property
    def counts(self) -> dict[str, int]:
        match = RECAP.search(self.output)
        assert match, f"no recap in:\n{self.output[-3000:]}"
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", match.group("counts"))}

    @property
    def flat(self) -> str:
        """The output with each run of white space as one space: Ansible wraps long messages."""
        return re.sub(r"\s+", " ", self.output)


def playbook(
    name: str,
    *,
    kubeconfig: Path | str | None,
    cwd: Path,
    variables: Mapping[str, Any] | None = None,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    timeout: float = 600,
) -> Run:
    """Run a playbook of the collection (``migrate``) or a file, with QUICK waits and the given extra variables.

    :param environment: variables of the environment that differ
    """
    target = name if name.endswith(".yml") else f"{COLLECTION}.{name}"
    # README's line for the way back has no variables beside the consent.
    usual = {key: value for key, value in QUICK.items() if name != "rollback" or not key.startswith("cno_preflight_")}
    extra = json.dumps({**usual, **(variables or {})})
    command = ["ansible-playbook", target, "-e", extra, *arguments]
    return _run(command, kubeconfig=kubeconfig, cwd=cwd, timeout=timeout, extra=environment)


def counting(starts: Path) -> dict[str, str]:
    """Variables of the environment that make a run note in ``starts`` which modules it started."""
    return {
        **_CALLBACKS,
        "ANSIBLE_CALLBACKS_ENABLED": "module_starts",
        "MODULE_STARTS": str(starts),
    }


def starts_of(path: Path) -> list[str]:
    """Which modules of ours and of kubernetes.core were started; actions, which start none, are left out."""
    names = [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()]
    actions = {f"{COLLECTION}.{path.stem}" for path in ACTIONS.glob("*.py")}
    return [name for name in names if name.startswith((f"{COLLECTION}.", "kubernetes.core.")) and name not in actions]


def migration_command(variables: Mapping[str, Any]) -> list[str]:
    """What an operator types, with QUICK waits, for a test that keeps the process in its own hands."""
    return ["ansible-playbook", f"{COLLECTION}.migrate", "-e", json.dumps({**QUICK, **variables})]


def module(
    name: str, options: Mapping[str, Any], *, kubeconfig: Path | str, cwd: Path, timeout: float = 600
) -> dict[str, Any]:
    """Run one module as a task; its result as a dictionary, of a failure, too."""
    book = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": [{"name": "run", f"{COLLECTION}.{name}": dict(options), "ignore_errors": True}],
        }
    ]
    path, result = cwd / "module.yml", cwd / "result.json"
    path.write_text(json.dumps(book), encoding="utf-8")
    result.unlink(missing_ok=True)
    callback = {**_CALLBACKS, "ANSIBLE_CALLBACKS_ENABLED": "task_result", "TASK_RESULT": str(result)}
    command = ["ansible-playbook", str(path)]
    run = _run(command, kubeconfig=kubeconfig, cwd=cwd, timeout=timeout, extra=callback)
    assert run.code == 0 and result.exists(), run.output
    told: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return told


def environment(kubeconfig: Path | str | None, *, home: Path) -> dict[str, str]:
    """The environment of a run: no cluster but the one of ``kubeconfig``, none at all when it is None."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("K8S_AUTH_")}
    kept.pop("KUBECONFIG", None)
    kept["HOME"] = str(home)
    if kubeconfig is not None:
        kept["KUBECONFIG"] = str(kubeconfig)
    return kept


def _run(
    command: Sequence[str],
    *,
    kubeconfig: Path | str | None,
    cwd: Path,
    timeout: float,
    extra: Mapping[str, str] | None = None,
) -> Run:
    done = subprocess.run(
        command,
        env={**environment(kubeconfig, home=cwd), **(extra or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(code=done.returncode, output=done.stdout + done.stderr)
