"""The programs that turn a node off, and what they say on one that does not listen."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import timedelta

from tests.simulator.behaviours.shell.environment import Environment, Program
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult

#: What a node with the fault ``exec_ignored`` pretends to do; to everything else it answers truthfully.
POWER = frozenset({"shutdown", "reboot", "systemctl"})
#: logind's answer to somebody who is not root and has no terminal
_NO_POWER = "Failed to set wall message, ignoring: Interactive authentication required.\n\
Failed to reboot system via logind: Interactive authentication required.\n"


def refusal(environment: Environment, command: Sequence[str]) -> ExecResult | None:
    """What logind says to others than root who want the power off; None when it has nothing against a command."""
    name = command[0].rsplit("/", 1)[-1]
    if environment.user != "root" and name in POWER and command[1:2] not in (["is-active"], ["is-system-running"]):
        return ExecResult(stderr=_NO_POWER, exit_code=1)
    return None


def shutdown(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    command = shlex.join(["shutdown", *arguments])
    if "-c" in arguments:
        environment.site.machines.cancel(environment.machine.name)
        return ExecResult()
    when = next((argument for argument in arguments if not argument.startswith("-")), "+1")
    minutes = 0.0 if when == "now" else float(when.lstrip("+")) if when.lstrip("+").isdigit() else None
    if minutes is None:
        return ExecResult(stderr=f"Failed to parse time specification: {when}\n", exit_code=1)
    shut_down(environment, after=minutes * environment.world.durations.shutdown_minute, command=command)
    if minutes == 0:
        # systemd stops the container runtime before the command's end can be told
        return ExecResult(dropped=when == "now")
    return ExecResult(stderr=_scheduled(environment.world, minutes))


def shut_down(environment: Environment, *, after: float, command: str) -> None:
    seconds = after + environment.session.elapsed
    environment.site.machines.shut_down(environment.machine.name, after=seconds, cause="manual", command=command)


def reboot(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    shut_down(environment, after=0, command="reboot")
    return ExecResult()


def pretended(world: World, command: Sequence[str]) -> str:
    """What a command would have said on a node that ignores it."""
    words = shlex.split(" ".join(command))
    if "shutdown" in words and "-c" not in words and "now" not in words:
        minutes = next((word.lstrip("+") for word in words if re.fullmatch(r"\+?\d+", word)), "1")
        return _scheduled(world, float(minutes))
    return ""


def _scheduled(world: World, minutes: float) -> str:
    when = world.clock.now() + timedelta(seconds=minutes * 60)
    # systemd 239 of RHEL 8 says shutdown even for a reboot
    what = "Shutdown" if "Ootpa" in world.profile.os_image else "Reboot"
    return f"{what} scheduled for {when:%a %Y-%m-%d %H:%M:%S UTC}, use 'shutdown -c' to cancel.\n"


POWER_PROGRAMS: dict[str, Program] = {"reboot": reboot, "shutdown": shutdown}
