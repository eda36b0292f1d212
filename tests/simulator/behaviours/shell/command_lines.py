"""The grammar of the command lines that administrators send to nodes: what a POSIX shell makes of one line.

Pipelines joined by ``;``, ``&&``, ``||`` and new lines, ``!``, quotes, ``$?``, ``$NAME``, ``$(…)``, redirections. No
loops, no functions: who sends those needs a real shell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_OPERATOR = re.compile(r"&&|\|\||[;|\n()]|&(?!>)")
_REDIRECTION = re.compile(r"(?P<fd>\d?)(?P<op>>>|>|<)(?P<copy>&\d)?|(?P<both>&>)")
_VARIABLE = re.compile(r"\$(\?|\w+|\{\w+\})")
_ENDS_WORD = re.compile(r"[\s;|&()<>]")


class LineError(ValueError):
    """A line that this shell cannot read; the text is what bash says."""


@dataclass(frozen=True)
class Piece:
    """A part of a word: text, the name of a variable, or a command whose output goes here."""

    kind: Literal["text", "variable", "command"]
    text: str
    quoted: bool


Word = tuple[Piece, ...]


@dataclass(frozen=True)
class Redirection:
    """``2>&1`` has ``fd`` 2 and ``copies`` 1; ``>/dev/null`` has ``fd`` 1 and a target."""

    fd: int
    target: Word = ()
    copies: int | None = None
    appends: bool = False


@dataclass(frozen=True)
class Command:
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]


@dataclass(frozen=True)
class Pipeline:
    """``joint`` says how it follows the one before: always (``;``), after success (``&&``), after failure (``||``)."""

    commands: tuple[Command, ...]
    joint: str
    negated: bool
    background: bool


def parse(text: str) -> list[Pipeline]:
    """:raises LineError: when something is missing, or is beyond this shell"""
    return _Reader(text).pipelines()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._pipelines: list[Pipeline] = []
        self._commands: list[Command] = []
        self._words: list[Word] = []
        self._redirections: list[Redirection] = []
        self._joint = ";"
        self._negated = False

    def pipelines(self) -> list[Pipeline]:
        while self._at < len(self._text):
            self._step()
        self._end_pipeline(joint=";")
        return self._pipelines

    def _step(self) -> None:
        rest = self._text[self._at :]
        if rest[0] in " \t\r":
            self._at += 1
        elif rest[0] == "#":
            self._at += len(rest.partition("\n")[0])
        elif (redirection := _REDIRECTION.match(rest)) is not None:
            self._at += redirection.end()
            self._redirect(redirection)
        elif (operator := _OPERATOR.match(rest)) is not None:
            self._at += operator.end()
            self._operate(operator.group())
        elif rest.startswith("! ") and not self._words and not self._commands:
            self._at += 2
            self._negated = True
        else:
            self._words.append(self._word())

    def _redirect(self, found: re.Match[str]) -> None:
        if found["copy"]:
            self._redirections.append(Redirection(int(found["fd"] or 1), copies=int(found["copy"][1:])))
            return
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        target = self._word()
        if found["both"]:
            self._redirections += [Redirection(1, target), Redirection(2, copies=1)]
            return
        fd = int(found["fd"] or (0 if found["op"] == "<" else 1))
        self._redirections.append(Redirection(fd, target, appends=found["op"] == ">>"))

    def _operate(self, operator: str) -> None:
        if operator in "()":
            raise LineError(f"syntax error near unexpected token `{operator}'")
        if operator == "|":
            self._end_command(before="|")
        elif operator == "&":
            self._end_pipeline(joint=";", background=True)
        else:
            self._end_pipeline(joint=";" if operator == "\n" else operator)

    def _end_command(self, *, before: str) -> None:
        if not self._words and not self._redirections:
            raise LineError(f"syntax error near unexpected token `{before}'")
        self._commands.append(Command(tuple(self._words), tuple(self._redirections)))
        self._words, self._redirections = [], []

    def _end_pipeline(self, *, joint: str, background: bool = False) -> None:
        if self._words or self._redirections or self._commands:
            self._end_command(before=joint)
            made = Pipeline(tuple(self._commands), self._joint, self._negated, background)
            self._pipelines.append(made)
        self._commands, self._negated, self._joint = [], False, joint

    def _word(self) -> Word:
        pieces: list[Piece] = []
        plain = ""
        while self._at < len(self._text) and not _ENDS_WORD.match(self._text[self._at]):
            character = self._text[self._at]
            if character == "\\":
                plain += self._text[self._at + 1 : self._at + 2]
                self._at += 2
            elif character in "'\"$`":
                if plain:
                    pieces.append(Piece("text", plain, False))
                    plain = ""
                pieces += self._quoted() if character in "'\"" else [self._expansion(quoted=False)]
            else:
                plain += character
                self._at += 1
        if plain:
            pieces.append(Piece("text", plain, False))
        return tuple(pieces)

    def _quoted(self) -> list[Piece]:
        quote = self._text[self._at]
        self._at += 1
        pieces: list[Piece] = []
        plain = ""
        while True:
            character = self._text[self._at : self._at + 1]
            if not character:
                raise LineError(f"unexpected EOF while looking for matching `{quote}'")
            if character == quote:
                self._at += 1
                return [*pieces, Piece("text", plain, True)]
            if quote == '"' and character in "$`":
                pieces.append(Piece("text", plain, True))
                plain = ""
                pieces.append(self._expansion(quoted=True))
            elif (
                quote == '"' and character == "\\" and self._text[self._at + 1 : self._at + 2] in ('"', "\\", "$", "`")
            ):
                plain += self._text[self._at + 1]
                self._at += 2
            else:
                plain += character
                self._at += 1

    def _expansion(self, *, quoted: bool) -> Piece:
        rest = self._text[self._at :]
        if rest.startswith("$("):
            inner = _balanced(rest[1:])
            self._at += len(inner) + 3
            return Piece("command", inner, quoted)
        if rest[0] == "`":
            inner, closed, _rest = rest[1:].partition("`")
            if not closed:
                raise LineError("unexpected EOF while looking for matching ``'")
            self._at += len(inner) + 2
            return Piece("command", inner, quoted)
        variable = _VARIABLE.match(rest)
        if variable is None:
            self._at += 1
            return Piece("text", rest[0], quoted)
        self._at += variable.end()
        return Piece("variable", variable.group(1).strip("{}"), quoted)


def _balanced(text: str) -> str:
    """What is between the first parenthesis and the one that closes it."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return text[1:place]
    raise LineError("unexpected EOF while looking for matching `)'")
