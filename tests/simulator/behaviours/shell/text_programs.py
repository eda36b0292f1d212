"""The programs at the end of a pipe: they read text and write text, and know nothing of the node."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.simulator.ports import ExecResult

#: from a path to the text of the file, None when there is none
Read = Callable[[str], str | None]
TextProgram = Callable[[Sequence[str], str, Read], ExecResult]


def _inputs(name: str, paths: Sequence[str], stdin: str, read: Read) -> tuple[list[tuple[str, str]], str]:
    """(path, text) of every file, or standard input; and the complaints about files that are not there."""
    if not paths:
        return [("", stdin)], ""
    found, complaints = [], ""
    for path in paths:
        text = stdin if path == "-" else read(path)
        if text is None:
            complaints += f"{name}: {path}: No such file or directory\n"
        else:
            found.append((path, text))
    return found, complaints


def _split(arguments: Sequence[str], *, valued: str = "") -> tuple[dict[str, str], list[str]]:
    """Single-letter options (``valued`` ones take a value) and the rest. A long option counts by its whole name."""
    options: dict[str, str] = {}
    rest: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "--":
            return options, rest + words
        if word.startswith("--"):
            name, _equals, value = word[2:].partition("=")
            options[name] = value
        elif len(word) > 1 and word[0] == "-":
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in valued:
                    options[letter] = letters or (words.pop(0) if words else "")
                    letters = ""
                else:
                    options[letter] = ""
        else:
            rest.append(word)
    return options, rest


def grep(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    options, rest = _split(arguments, valued="em")
    pattern = options["e"] if "e" in options else (rest.pop(0) if rest else "")
    if "F" in options:
        pattern = re.escape(pattern)
    elif "E" not in options and "P" not in options:
        pattern = re.sub(r"\\([|(){}+?])", r"\1", re.sub(r"(?<!\\)([|(){}+?])", r"\\\1", pattern))
    if "w" in options or "x" in options:
        pattern = rf"^(?:{pattern})$" if "x" in options else rf"\b(?:{pattern})\b"
    wanted = re.compile(pattern, re.IGNORECASE if "i" in options else 0)
    found, complaints = _inputs("grep", rest, stdin, read)
    lines = [
        line for _path, text in found for line in text.splitlines() if bool(wanted.search(line)) != ("v" in options)
    ]
    code = 2 if complaints and not lines else 0 if lines else 1
    if "q" in options:
        return ExecResult(exit_code=code)
    if "c" in options:
        return ExecResult(f"{len(lines)}\n", complaints, code)
    if "o" in options:
        lines = [match.group() for line in lines for match in wanted.finditer(line)]
    return ExecResult("".join(f"{line}\n" for line in lines), complaints, code)


def head(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    return _part("head", arguments, stdin, read)


def tail(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    return _part("tail", arguments, stdin, read)


def _part(name: str, arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    spelled = [f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in arguments]
    options, rest = _split(spelled, valued="nc")
    found, complaints = _inputs(name, rest, stdin, read)
    text = "".join(text for _path, text in found)
    count = int((options.get("n") or options.get("c") or "10").lstrip("+"))
    units = list(text) if "c" in options else text.splitlines(keepends=True)
    kept = units[:count] if name == "head" else units[len(units) - count if count < len(units) else 0 :]
    return ExecResult("".join(kept), complaints, 1 if complaints else 0)


def wc(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    options, rest = _split(arguments)
    found, complaints = _inputs("wc", rest, stdin, read)
    out = ""
    for path, text in found:
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
        shown = " ".join(str(counts[letter]) for letter in "lwc" if letter in options or not options)
        out += f"{shown} {path}".rstrip() + "\n"
    return ExecResult(out, complaints, 1 if complaints else 0)


def sort(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    options, rest = _split(arguments, valued="kt")
    found, complaints = _inputs("sort", rest, stdin, read)
    lines = [line for _path, text in found for line in text.splitlines()]
    lines = sorted(set(lines) if "u" in options else lines, reverse="r" in options)
    return ExecResult("".join(f"{line}\n" for line in lines), complaints, 1 if complaints else 0)


def tr(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    options, rest = _split(arguments)
    sets = [word.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0") for word in rest]
    if "d" in options:
        return ExecResult("".join(character for character in stdin if character not in sets[0]))
    return ExecResult(
        stdin.translate({ord(a): (sets[1] + sets[1][-1] * len(sets[0]))[i] for i, a in enumerate(sets[0])})
    )


def cut(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    options, rest = _split(arguments, valued="dfc")
    found, complaints = _inputs("cut", rest, stdin, read)
    mark = options.get("d") or "\t"
    wanted = [int(number) - 1 for number in options.get("f", "1").split(",")]
    out = ""
    for _path, text in found:
        for line in text.splitlines():
            fields = line.split(mark)
            kept = [fields[place] for place in wanted if place < len(fields)]
            out += (line if len(fields) == 1 else mark.join(kept)) + "\n"
    return ExecResult(out, complaints, 1 if complaints else 0)


def awk(arguments: Sequence[str], stdin: str, read: Read) -> ExecResult:
    """``{print $N}`` and ``NR==N{print …}`` only."""
    options, rest = _split(arguments, valued="F")
    program = re.fullmatch(r"\s*(?:NR\s*==\s*(\d+)\s*)?\{\s*print\s*(.*?)\s*;?\s*\}\s*", rest[0] if rest else "")
    if program is None:
        return ExecResult(stderr="awk: this program is beyond the simulator\n", exit_code=2)
    found, complaints = _inputs("awk", rest[1:], stdin, read)
    out = ""
    for _path, text in found:
        for number, line in enumerate(text.splitlines(), start=1):
            if program[1] is None or int(program[1]) == number:
                out += _fields(line, program[2], mark=options.get("F") or None) + "\n"
    return ExecResult(out, complaints, 2 if complaints else 0)


def _fields(line: str, wanted: str, *, mark: str | None) -> str:
    fields = line.split(mark)

    def field(name: str) -> str:
        place = len(fields) if name == "NF" else int(name)
        return line if not place else fields[place - 1] if place <= len(fields) else ""

    return " ".join(field(name) for name in re.findall(r"\$(\d+|NF)", wanted)) if wanted else line


TEXT_PROGRAMS: dict[str, TextProgram] = {
    "awk": awk,
    "cut": cut,
    "egrep": lambda arguments, stdin, read: grep(["-E", *arguments], stdin, read),
    "grep": grep,
    "head": head,
    "sort": sort,
    "tail": tail,
    "tr": tr,
    "wc": wc,
}
