"""``python -m tests.differential A [B]``: run the catalogue against the servers of one or two kubeconfigs.

With one the answers are compared with those that the catalogue expects, with two also with each other. Exit status: 0
when nothing differs, 1 when something does, 2 when a server could not be set up.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from contextlib import ExitStack
from pathlib import Path

import urllib3

from tests.differential.catalogue import Case, cases
from tests.differential.comparison import differences, shortcomings
from tests.differential.servers import Server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description="Compare API servers.")
    parser.add_argument("kubeconfig", type=Path, nargs="+", help="one or two")
    parser.add_argument("--openshift", action="store_true", help="also the cases that need OpenShift's CRDs")
    arguments = parser.parse_args()
    if len(arguments.kubeconfig) > 2:
        parser.error("at most two kubeconfigs")
    namespace = f"differential-{secrets.token_hex(4)}"
    chosen = [case for case in cases() if not case.only or (arguments.openshift and case.only == "openshift")]
    with ExitStack() as stack:
        try:
            servers = [stack.enter_context(Server(path, namespace=namespace)) for path in arguments.kubeconfig]
        except (RuntimeError, urllib3.exceptions.HTTPError) as error:
            print(f"Cannot begin: {error}", file=sys.stderr)
            return 2
        found = [line for case in chosen for line in _run(case, servers)]
    print("\n".join(found))
    requests = sum(len(case.steps) for case in chosen)
    print(f"{requests} requests in {len(chosen)} cases, {len(found)} differences.")
    return 1 if found else 0


def _run(case: Case, servers: list[Server]) -> list[str]:
    found: list[str] = []
    kept: list[dict[str, str]] = [{} for _server in servers]
    for step in case.steps:
        answers = [server.take(step, values) for server, values in zip(servers, kept, strict=True)]
        where = f"{case.name}: {step.verb} {step.path}"
        for server, answer, values in zip(servers, answers, kept, strict=True):
            placeholders = {**values, "ns": server.namespace}
            told = shortcomings(step, answer, placeholders)
            found += [f"{where}\n  {server.name}: {line}" for line in told]
        if len(answers) == 2:
            found += [f"{where}\n  {line}" for line in differences(step, *answers)]
    return found


if __name__ == "__main__":
    sys.exit(main())
