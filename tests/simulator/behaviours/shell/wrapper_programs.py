"""The programs whose arguments are another command: ``chroot``, ``sudo``, ``nohup``, ``env``, ``timeout``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.simulator.behaviours.shell.environment import Environment
from tests.simulator.ports import ExecResult

_DAEMON = "machine-config-daemon"
#: run a command in an environment; the text is for standard error when there is no such program
Run = Callable[[Environment, Sequence[str], str], ExecResult]
WrapperProgram = Callable[[Environment, Sequence[str], Run], ExecResult]


def chroot(environment: Environment, arguments: Sequence[str], run: Run) -> ExecResult:
    root = arguments[0] if arguments else ""
    privileged = environment.container == _DAEMON or environment.on_host
    if not privileged or root not in ("/rootfs", "/host", "/"):
        words = f"chroot: cannot change root directory to '{root}': No such file or directory\n"
        return ExecResult(stderr=words, exit_code=125)
    command = list(arguments[1:]) or ["true"]
    missing = f"chroot: failed to run command '{command[0]}': No such file or directory\n"
    return run(replace(environment, on_host=True), command, missing)


def sudo(environment: Environment, arguments: Sequence[str], run: Run) -> ExecResult:
    """User core may, without a password, unless the fault ``sudo_denied`` says otherwise."""
    if (
        environment.user != "root"
        and environment.world.faults.strike("sudo_denied", environment.machine.name) is not None
    ):
        return ExecResult(stderr="sudo: a password is required\n", exit_code=1)
    return prefix(replace(environment, user="root"), arguments, run)


def prefix(environment: Environment, arguments: Sequence[str], run: Run) -> ExecResult:
    """``nohup`` and what is left of ``sudo``: the rest is the command."""
    words = list(arguments)
    while words and words[0].startswith("-"):
        words = words[1:]
    if not words:
        return ExecResult()
    return run(environment, words, f"sudo: {words[0]}: command not found\n")


def env(environment: Environment, arguments: Sequence[str], run: Run) -> ExecResult:
    """``env NAME=VALUE… COMMAND``."""
    words = list(arguments)
    while words and "=" in words[0]:
        name, _equals, value = words.pop(0).partition("=")
        environment.session.variables[name] = value
    if not words:
        return ExecResult("".join(f"{name}={value}\n" for name, value in environment.session.variables.items()))
    return run(environment, words, f"env: '{words[0]}': No such file or directory\n")


def timeout(environment: Environment, arguments: Sequence[str], run: Run) -> ExecResult:
    """``timeout SECONDS COMMAND``; what takes longer ends with 124."""
    words = [word for word in arguments if not word.startswith("-")]
    limit = float(words[0].rstrip("s")) if words else 0.0
    began = environment.session.elapsed
    result = prefix(environment, arguments[list(arguments).index(words[0]) + 1 :] if words else (), run)
    if limit and environment.session.elapsed - began > limit:
        environment.session.elapsed = began + limit
        return ExecResult(exit_code=124)
    return result


WRAPPER_PROGRAMS: dict[str, WrapperProgram] = {
    "chroot": chroot,
    "env": env,
    "nohup": prefix,
    "sudo": sudo,
    "timeout": timeout,
}
