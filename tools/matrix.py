"""Run the product in the cells of the matrix: real playbooks of a real ansible-core against a simulated cluster.

In each cell the playbooks ``status``, ``preflight`` (with a check of one's own, which needs discovery and jmespath),
``migrate`` and ``rollback`` run, and ``node_bridges``, which lives on exec. A warning, on either stream, fails the
step, and so does what we do that is deprecated (``tools/trap``). The simulator runs in the development environment.

``--short`` goes the way there only. ``--ends``, for ``make test``, does so in the lowest and the newest cell.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, SimulatorFailed, running
from tools import environments
from tools.cells import CELLS, ENDS, Cell
from tools.collection_tree import BUILD, ROOT

COLLECTION = "ocp_day2.ovn_migration"
TRAP = ROOT / "tools" / "trap"
RESULTS = BUILD / "results"
#: seconds that one step may take before it is ended: it finds what hangs, also on a machine that is busy
PATIENCE = 3000
WARNING = re.compile(r"\[(?:DEPRECATION )?WARNING\]:.*|\w*Warning: .*")

OWN_CHECK = {
    "id": "our_operators",
    "kind": "ClusterOperator",
    "api_version": "config.openshift.io/v1",
    "query": "items[?metadata.name == 'dns'].metadata.name",
    "message": "These operators are ours",
    "severity": "info",
}
VARIABLES = {
    "cno_allow_disruption": True,
    "cno_wait_sleep": 1,
    "cno_prepare_operators_stable_seconds": 0,
    "cno_verify_operators_stable_seconds": 1,
    "cno_preflight_acknowledge": ["etcd_backup", "tunnel_port_open", "nodes_not_routers"],
}
BRIDGES = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"name": "Ask every node", f"{COLLECTION}.node_bridges": {}}],
    }
]

#: Imports every plugin from the tree, which finds what a Python can neither compile nor evaluate.
IMPORT_ALL = """\
import importlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
for path in sorted(root.rglob("*.py")):
    parts = path.relative_to(root).with_suffix("").parts
    importlib.import_module(".".join(["ansible_collections.ocp_day2.ovn_migration.plugins", *parts]))
print("imported")
"""


@dataclass(frozen=True)
class Step:
    """A command of a cell, and what its output has to hold for the step to have done its work."""

    name: str
    command: Sequence[str]
    proof: str


@dataclass(frozen=True)
class Done:
    """A step that has run, its wall time in seconds, and what is wrong with it (nothing when it passed)."""

    name: str
    seconds: float
    wrong: str = ""


@dataclass(frozen=True)
class Result:
    """A cell that has run; ``left_out`` says why when it could not."""

    cell: Cell
    steps: tuple[Done, ...] = ()
    left_out: str = ""

    @property
    def failed(self) -> bool:
        return any(step.wrong for step in self.steps)

    @property
    def row(self) -> str:
        """A row of a table in Markdown."""
        cell = self.cell
        state = f"left out: {self.left_out}" if self.left_out else "FAILED" if self.failed else "ok"
        seconds = " ".join(f"{step.name} {step.seconds:.0f}" for step in self.steps)
        python = f"{cell.python}, modules {cell.modules}" if cell.modules else cell.python
        columns = [cell.core, python, cell.collection, cell.client, state, seconds, cell.note]
        return f"| {' | '.join(columns)} |"


HEADER = "| ansible-core | Python | kubernetes.core | kubernetes | result | seconds | |\n|---|---|---|---|---|---|---|"


def run(cell: Cell, *, short: bool) -> Result:
    """Make the cell's environment and run its steps, up to the first that fails."""
    pythons = {version: environments.interpreter(version) for version in (cell.python, cell.modules) if version}
    missing = [version for version, python in pythons.items() if python is None]
    if missing:
        return Result(cell, left_out=f"Python {' and '.join(missing)} is not installed")
    begun = time.monotonic()
    try:
        controller = environments.environment(str(pythons[cell.python]), cell.requirements())
        modules = controller
        if cell.modules:
            modules = environments.environment(str(pythons[cell.modules]), cell.requirements_of_modules())
    except subprocess.CalledProcessError as error:
        return Result(cell, steps=(Done("install", time.monotonic() - begun, f"{error}"),))
    try:
        return Result(cell, steps=tuple(_steps_done(cell, controller=controller, modules=modules, short=short)))
    except SimulatorFailed as error:
        return Result(cell, steps=(Done("simulator", time.monotonic() - begun, f"{error}"),))


def _steps_done(cell: Cell, *, controller: Path, modules: Path, short: bool) -> list[Done]:
    folder = environments.HOME / "runs" / cell.name
    folder.mkdir(parents=True, exist_ok=True)
    done: list[Done] = []
    # A single node is the shortest way; all that differs between cells is in it.
    options = Options(
        masters=1,
        workers=0,
        ocp=cell.ocp,
        nodes_stay_ready=cell.nodes_stay_ready,
        instant=True,
        speed=0,
        max_lifetime=4 * PATIENCE,
    )
    with running(options, timeout=PATIENCE) as simulator:
        around = surroundings(cell, controller=controller, folder=folder, simulator=simulator)
        for step in steps(cell, controller=controller, modules=modules, folder=folder, short=short):
            done.append(carry_out(step, folder=folder, around=around))
            if done[-1].wrong:
                break
    return done


def steps(cell: Cell, *, controller: Path, modules: Path, folder: Path, short: bool) -> Iterator[Step]:
    """What is run in a cell, in this order."""
    if not short:
        yield Step("imports", [python_of(modules), "-c", IMPORT_ALL, str(ROOT / "plugins")], "imported")
    bridges = folder / "bridges.yml"
    bridges.write_text(json.dumps(BRIDGES), encoding="utf-8")
    extra = {**VARIABLES, "cno_preflight_custom_checks": [OWN_CHECK]}
    if modules != controller:
        extra["ansible_python_interpreter"] = python_of(modules)

    def playbook(name: str, what: str, proof: str) -> Step:
        return Step(name, [str(controller / "bin" / "ansible-playbook"), what, "-e", json.dumps(extra)], proof)

    yield playbook("status", f"{COLLECTION}.status", "the cluster runs OpenShiftSDN")
    if not short:
        # The migration begins with it, too.
        yield playbook("preflight", f"{COLLECTION}.preflight", "These operators are ours (dns)")
    yield playbook("migrate", f"{COLLECTION}.migrate", "complete: the cluster runs OVNKubernetes")
    yield playbook("bridges", str(bridges), "failed=0")
    if not short:
        yield playbook("rollback", f"{COLLECTION}.rollback", "0 of them without an explanation")
        if cell.units:
            # The settings of pyproject.toml belong to the pytest of the development environment.
            options = [
                "-q",
                "--import-mode=importlib",
                "-c",
                os.devnull,
                "--rootdir",
                str(ROOT),
                "-p",
                "no:cacheprovider",
            ]
            tests = str(ROOT / "tests" / "unit" / "plugins")
            yield Step("units", [python_of(controller), "-m", "pytest", *options, tests], " passed")


def python_of(environment: Path) -> str:
    return str(environment / "bin" / "python")


def surroundings(cell: Cell, *, controller: Path, folder: Path, simulator: RunningSimulator) -> dict[str, str]:
    """The variables of a cell's environment: the simulated cluster, and nothing of how Ansible is set up here."""
    foreign = ("ANSIBLE_", "K8S_AUTH_", "KUBECONFIG", "VIRTUAL_ENV")
    tree = environments.HOME / "collections" / cell.collection
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "PATH": f"{controller / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "KUBECONFIG": str(simulator.kubeconfig),
        "LC_ALL": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONPATH": os.pathsep.join(map(str, (TRAP, ROOT, tree))),
        "ANSIBLE_COLLECTIONS_PATH": str(tree),
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
        "ANSIBLE_NOCOLOR": "true",
        # No inventory is what the README shows; Ansible warns of it.
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    }


def carry_out(step: Step, *, folder: Path, around: Mapping[str, str]) -> Done:
    """Run a step; its output is kept in ``folder``."""
    log = folder / f"{step.name}.log"
    begun = time.monotonic()
    with log.open("wb") as output:
        try:
            code = subprocess.run(
                step.command,
                cwd=folder,
                env=dict(around),
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
                check=False,
            ).returncode
            ended = f"ended with {code}" if code else ""
        except subprocess.TimeoutExpired:
            ended = f"was not done after {PATIENCE} s"
    text = log.read_text(encoding="utf-8", errors="replace")
    wrong = f"{ended}:\n{text[-3000:]}" if ended else objection(step, text)
    return Done(step.name, time.monotonic() - begun, wrong)


def objection(step: Step, output: str) -> str:
    """What is wrong with the output of a step that has ended well; nothing when it is as it should be."""
    warnings = WARNING.findall(output)
    if warnings:
        return "warned:\n" + "\n".join(dict.fromkeys(warnings))
    if step.proof not in re.sub(r"\s+", " ", output):
        return f"did not say '{step.proof}':\n{output[-3000:]}"
    return ""


def report(results: Sequence[Result], *, into: Path) -> None:
    """Print the table and what is wrong, and write the steps as JUnit tests."""
    suite = ElementTree.Element("testsuite", name="matrix")
    for result in results:
        for step in result.steps:
            case = ElementTree.SubElement(suite, "testcase", classname=result.cell.name, name=step.name)
            if step.wrong:
                ElementTree.SubElement(case, "failure").text = step.wrong
                print(f"\n{result.cell.name}: {step.name} {step.wrong}")
        if result.left_out:
            case = ElementTree.SubElement(suite, "testcase", classname=result.cell.name, name="cell")
            ElementTree.SubElement(case, "skipped").text = result.left_out
    counts = {"tests": "testcase", "failures": "testcase/failure", "skipped": "testcase/skipped"}
    for name, path in counts.items():
        suite.set(name, str(len(suite.findall(path))))
    suite.set("errors", "0")
    into.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(into, encoding="utf-8", xml_declaration=True)
    print("\n".join(["", HEADER, *(result.row for result in results)]), flush=True)


def chosen(arguments: argparse.Namespace) -> tuple[Cell, ...]:
    cells = ENDS if arguments.ends else CELLS
    return tuple(cell for cell in cells if any(text in cell.name for text in arguments.only))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ends", action="store_true", help="only the lowest and the newest cell, with --short")
    parser.add_argument("--short", action="store_true", help="status, migrate and node_bridges only")
    parser.add_argument(
        "--only", nargs="*", default=[""], metavar="TEXT", help="only cells with one of these in their name"
    )
    parser.add_argument("--jobs", type=int, default=2, help="cells at a time (default %(default)s)")
    parser.add_argument("--list", action="store_true", help="print the names of the cells")
    arguments = parser.parse_args()
    cells = chosen(arguments)
    if arguments.list:
        print("\n".join(cell.name for cell in cells))
        return
    if not cells:
        sys.exit(f"no cell has {arguments.only} in its name; --list shows them")
    for version in sorted({cell.collection for cell in cells}):
        environments.tree(version)

    def one(cell: Cell) -> Result:
        result = run(cell, short=arguments.ends or arguments.short)
        print(result.row, flush=True)
        return result

    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(one, cells))
    report(results, into=RESULTS / ("matrix-ends.xml" if arguments.ends else "matrix.xml"))
    if any(result.failed for result in results):
        sys.exit("the matrix has failed")


if __name__ == "__main__":
    main()
