"""A small POSIX shell: it runs command lines, program by program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tests.simulator.behaviours.shell.basic_programs import BASIC_PROGRAMS
from tests.simulator.behaviours.shell.command_lines import Command, LineError, Piece, Pipeline, Redirection, Word, parse
from tests.simulator.behaviours.shell.environment import Environment
from tests.simulator.behaviours.shell.file_programs import FILE_PROGRAMS
from tests.simulator.behaviours.shell.host_programs import HOST_PROGRAMS
from tests.simulator.behaviours.shell.power_programs import POWER_PROGRAMS, refusal
from tests.simulator.behaviours.shell.text_programs import TEXT_PROGRAMS
from tests.simulator.behaviours.shell.wrapper_programs import WRAPPER_PROGRAMS
from tests.simulator.ports import ExecResult

_SHELLS = frozenset({"bash", "sh"})
_PROGRAMS = {**BASIC_PROGRAMS, **FILE_PROGRAMS, **HOST_PROGRAMS, **POWER_PROGRAMS}
#: the names of all programs
PROGRAMS = _SHELLS.union(_PROGRAMS, TEXT_PROGRAMS, WRAPPER_PROGRAMS)


def run(environment: Environment, command: Sequence[str]) -> ExecResult:
    """Run ``command`` as the container runtime does: a program and its arguments, no shell. The result says how
    many simulated seconds it takes."""
    if not command:
        return ExecResult(stderr="no command\n", exit_code=126)
    missing = (
        f'exec failed: unable to start container process: exec: "{command[0]}": executable file not '
        "found in $PATH: unknown\n"
    )
    return replace(program(environment, command, missing), seconds=environment.session.elapsed)


def program(environment: Environment, command: Sequence[str], missing: str) -> ExecResult:
    """Run one program; ``missing`` is for standard error when there is none of that name."""
    name, arguments = command[0].rsplit("/", 1)[-1], list(command[1:])
    if name not in environment.programs:
        return ExecResult(stderr=missing, exit_code=127)
    refused = refusal(environment, command)
    if refused is not None:
        return refused
    if name in _SHELLS:
        return shell(environment, arguments)
    if name in WRAPPER_PROGRAMS:
        return WRAPPER_PROGRAMS[name](environment, arguments, program)
    if name in TEXT_PROGRAMS:
        return TEXT_PROGRAMS[name](arguments, environment.session.stdin, environment.read)
    return _PROGRAMS[name](environment, arguments)


def shell(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    """``sh -c LINE``, or the lines of standard input; with ``-e`` it ends at the first failure."""
    letters = [argument for argument in arguments if argument.startswith("-")]
    words = [argument for argument in arguments if not argument.startswith("-")]
    given = any("c" in argument for argument in letters)
    text = (words[0] if words else "") if given else environment.session.stdin
    environment.session.status = 0
    stops = any("e" in argument for argument in letters if not argument.startswith("--"))
    try:
        return _Interpreter(environment).script(parse(text), stops=stops)
    except LineError as error:
        return ExecResult(stderr=f"sh: -c: line 1: {error}\n", exit_code=2)


class _Interpreter:
    """Runs parsed lines in one environment."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._session = environment.session

    def script(self, pipelines: Sequence[Pipeline], *, stops: bool) -> ExecResult:
        session, total = self._session, ExecResult()
        for pipeline in pipelines:
            if (pipeline.joint == "&&" and session.status) or (pipeline.joint == "||" and not session.status):
                continue
            words = self._expanded(pipeline.commands[0].words)
            if words[:1] == ["set"]:
                stops = stops or any("e" in word for word in words[1:] if word.startswith("-"))
                continue
            if words[:1] == ["exit"]:
                session.status = int(words[1]) if len(words) > 1 else session.status
                break
            began = session.elapsed
            result = self._pipeline(pipeline)
            if pipeline.background:
                session.elapsed, result = began, replace(result, exit_code=0)
            session.status = int(not result.exit_code) if pipeline.negated else result.exit_code
            dropped = total.dropped or result.dropped
            total = ExecResult(total.stdout + result.stdout, total.stderr + result.stderr, dropped=dropped)
            if stops and session.status and not pipeline.negated:
                break
        return replace(total, exit_code=session.status)

    def _pipeline(self, pipeline: Pipeline) -> ExecResult:
        given = self._session.stdin
        err, dropped, result = "", False, ExecResult()
        for command in pipeline.commands:
            result = self._redirected(command)
            err, dropped = err + result.stderr, dropped or result.dropped
            self._session.stdin = result.stdout
        self._session.stdin = given
        return replace(result, stderr=err, dropped=dropped)

    def _redirected(self, command: Command) -> ExecResult:
        for redirection in command.redirections:
            if redirection.fd == 0 and redirection.copies is None:
                self._session.stdin = self._environment.read("".join(self._expanded([redirection.target]))) or ""
        words = self._expanded(command.words)
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.DOTALL):
            name, _equals, value = words.pop(0).partition("=")
            self._session.variables[name] = value
        if words[:1] == ["exec"]:
            words = words[1:]
        result = ExecResult(exit_code=0)
        if words:
            result = program(self._environment, words, f"sh: line 1: {words[0]}: command not found\n")
        return self._sent(result, command.redirections)

    def _sent(self, result: ExecResult, redirections: Sequence[Redirection]) -> ExecResult:
        """The result with its output where the redirections lead."""
        ends: dict[int, str] = {1: "out", 2: "err"}
        for redirection in redirections:
            if redirection.copies is not None:
                ends[redirection.fd] = ends.get(redirection.copies, "")
            elif redirection.fd:
                path = "".join(self._expanded([redirection.target]))
                ends[redirection.fd] = path
                if path != "/dev/null" and not self._open(path, appends=redirection.appends):
                    return ExecResult(stderr=f"sh: line 1: {path}: Permission denied\n", exit_code=1)
        kept = {"out": "", "err": ""}
        for end, text in ((ends[1], result.stdout), (ends[2], result.stderr)):
            if end in kept:
                kept[end] += text
            elif end not in ("", "/dev/null"):
                self._append(end, text)
        return replace(result, stdout=kept["out"], stderr=kept["err"])

    def _open(self, path: str, *, appends: bool) -> bool:
        if not self._environment.may_write(path):
            return False
        if not (appends and self._environment.file(path)):
            self._environment.write(path, "")
        return True

    def _append(self, path: str, text: str) -> None:
        self._environment.write(path, (self._environment.read(path) or "") + text)

    def _expanded(self, words: Sequence[Word]) -> list[str]:
        made: list[str] = []
        for word in words:
            text = "".join(self._value(piece) for piece in word)
            bare = any(not piece.quoted and piece.kind != "text" for piece in word)
            pattern = any(not piece.quoted and set("*?[") & set(piece.text) for piece in word if piece.kind == "text")
            if bare:
                made += text.split()
            elif pattern and text.startswith("/"):
                made += self._environment.matching(text) or [text]
            else:
                made.append(text)
        return made

    def _value(self, piece: Piece) -> str:
        if piece.kind == "text":
            return piece.text
        if piece.kind == "variable":
            return str(self._session.status) if piece.text == "?" else self._session.variables.get(piece.text, "")
        return self.script(parse(piece.text), stops=False).stdout.rstrip("\n")
