"""Run targets of the Makefile one after the other, cheap ones first, and sum up.

Targets joined by ``+`` run beside each other: those that keep one core busy; what they print is shown when they end.
Each step gets a banner. A step that fails does not keep the later ones from running unless ``--stop`` is given, so that
one run tells everything. The last line counts tests as pytest does; a failed step that counts no tests is an error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

RESULTS = Path(__file__).resolve().parent.parent / ".build" / "results"


@dataclass(frozen=True)
class Step:
    """A step that has run: its exit code, wall time in seconds, and tests by outcome (empty when it counts none)."""

    name: str
    code: int
    seconds: float
    counts: Counter[str]
    #: what it printed, when others ran at the same time
    output: bytes = b""

    @property
    def row(self) -> str:
        state = "ok" if self.code == 0 else f"FAILED ({self.code})"
        return f"  {self.name:<16} {state:<12} {self.seconds:7.1f} s   {counted(self.counts)}".rstrip()


def run(name: str, *, aside: bool = False) -> Step:
    """Run ``make <name>``; tests are counted from the JUnit file that the step leaves as ``<name>.xml``.

    :param aside: keep what the step prints, since others run at the same time
    """
    results = RESULTS / f"{name}.xml"
    results.unlink(missing_ok=True)
    begun = time.monotonic()
    ended = subprocess.run(
        [os.environ.get("MAKE", "make"), "--no-print-directory", name],
        stdout=subprocess.PIPE if aside else None,
        stderr=subprocess.STDOUT if aside else None,
        check=False,
    )
    return Step(
        name=name,
        code=ended.returncode,
        seconds=time.monotonic() - begun,
        counts=read_counts(results),
        output=ended.stdout or b"",
    )


def run_group(names: list[str]) -> list[Step]:
    """Run all of them at the same time, and show what they printed in their order."""
    if len(names) == 1:
        banner(names[0])
        return [run(names[0])]
    steps: list[Step] = []
    with ThreadPoolExecutor(len(names)) as pool:
        for step in pool.map(lambda name: run(name, aside=True), names):
            banner(step.name)
            print(step.output.decode("utf-8", "replace"), end="", flush=True)
            steps.append(step)
    return steps


def read_counts(results: Path) -> Counter[str]:
    """passed, failed, error and skipped of a JUnit file; nothing when there is none."""
    counts: Counter[str] = Counter()
    if results.exists():
        for suite in ElementTree.parse(results).getroot().iter("testsuite"):
            of = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
            bad = of["failures"] + of["errors"]
            counts.update(failed=of["failures"], errors=of["errors"], skipped=of["skipped"])
            counts.update(passed=of["tests"] - bad - of["skipped"])
    return counts


def counted(counts: Counter[str]) -> str:
    order = ("failed", "errors", "passed", "skipped")
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in order if counts[outcome])


def total(steps: list[Step]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for step in steps:
        counts.update(step.counts)
        if step.code and not step.counts["failed"] and not step.counts["errors"]:
            counts["errors"] += 1
    return counts


def banner(text: str) -> None:
    columns = min(shutil.get_terminal_size().columns, 120)
    print(f"\n{f' {text} ':=^{columns}}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stop", action="store_true", help="end at the first step that fails")
    parser.add_argument("groups", nargs="+", metavar="target", help="or several, joined by +")
    arguments = parser.parse_args()
    begun = time.monotonic()
    steps: list[Step] = []
    left = [group.split("+") for group in arguments.groups]
    while left:
        steps += run_group(left.pop(0))
        if arguments.stop and any(step.code for step in steps):
            break
    banner("summary")
    print("\n".join(step.row for step in steps))
    if left:
        print(f"  not run: {' '.join(name for group in left for name in group)}")
    failed = [step.name for step in steps if step.code]
    print(f"  {'FAILED: ' + ', '.join(failed) if failed else 'all steps ok'}")
    counts = counted(total(steps)) or "no tests"
    banner(f"{counts} in {time.monotonic() - begun:.2f}s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
