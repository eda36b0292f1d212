"""The programs that say little more than what they are told: ``echo``, ``date``, ``id``, ``which``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from tests.simulator.behaviours.shell.environment import Environment, Program
from tests.simulator.behaviours.shell.etcd_backup import PROGRAM as CLUSTER_BACKUP
from tests.simulator.ports import ExecResult


def succeed(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    return ExecResult()


def fail(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    return ExecResult(exit_code=1)


def sleep(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    units = {"s": 1, "m": 60, "h": 3600}
    for word in arguments:
        number = word.rstrip("smh")
        environment.session.elapsed += float(number) * units[word[-1] if word[-1] in units else "s"]
    return ExecResult()


def echo(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    if arguments and arguments[0] == "-n":
        return ExecResult(stdout=" ".join(arguments[1:]))
    return ExecResult(stdout=" ".join(arguments) + "\n")


def printf(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    pattern = (arguments[0] if arguments else "").replace("\\n", "\n").replace("\\t", "\t")
    values = list(arguments[1:])
    places = max(1, pattern.count("%s") + pattern.count("%d"))
    rounds = [values[start : start + places] for start in range(0, len(values), places)] or [[]]
    out = ""
    for given in rounds:
        texts = re.split("%[sd]", pattern)
        out += texts[0] + "".join(value + text for value, text in zip_longest(given, texts[1:], fillvalue=""))
    return ExecResult(out)


def which(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    """``command -v`` and ``which``."""
    found = [word for word in arguments if not word.startswith("-") and word in environment.programs]
    places = {CLUSTER_BACKUP: "/usr/local/bin"}
    out = "".join(f"{places.get(word, '/usr/bin')}/{word}\n" for word in found)
    return ExecResult(out, exit_code=0 if found else 1)


def hostname(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    pod = environment.pod
    if pod is None or environment.on_host or pod["spec"].get("hostNetwork"):
        return ExecResult(f"{environment.machine.name}\n")
    return ExecResult(f"{pod['metadata']['name']}\n")


def whoami(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    return ExecResult(f"{environment.user}\n")


def identity(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    number = 0 if environment.user == "root" else 1000
    if "-u" in arguments:
        return ExecResult(f"{number}\n")
    return ExecResult(
        f"uid={number}({environment.user}) gid={number}({environment.user}) groups={number}({environment.user})\n"
    )


def uname(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    release = environment.world.profile.kernel_version
    return ExecResult(f"{release}\n" if "-r" in arguments else "Linux\n")


def uptime(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    return ExecResult(stdout=f" {environment.now():%H:%M:%S} up,  0 users,  load average: 0.10, 0.10, 0.10\n")


def date(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    pattern = next((word[1:] for word in arguments if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    return ExecResult(stdout=f"{environment.now().strftime(pattern.replace('%F', '%Y-%m-%d'))}\n")


BASIC_PROGRAMS: dict[str, Program] = {
    ":": succeed,
    "command": which,
    "date": date,
    "echo": echo,
    "false": fail,
    "hostname": hostname,
    "id": identity,
    "printf": printf,
    "sleep": sleep,
    "sync": succeed,
    "true": succeed,
    "uname": uname,
    "uptime": uptime,
    "which": which,
    "whoami": whoami,
}
