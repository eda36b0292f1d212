"""The programs of a node's shell that look at files and folders, or make and remove them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from tests.simulator.behaviours.hosts.files import HostFile, digest, human, permissions, plain
from tests.simulator.behaviours.shell.environment import Environment, Program
from tests.simulator.ports import ExecResult

#: KiB of the file system /var, and how much of it is used
_DISK, _USED = 125_293_548, 24_871_300
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
}


def _missing(program: str, path: str) -> str:
    return f"{program}: {path}: No such file or directory\n"


def _flags(arguments: Sequence[str]) -> str:
    return "".join(word[1:] for word in arguments if re.fullmatch(r"-[A-Za-z0-9]+", word))


def _paths(arguments: Sequence[str]) -> list[str]:
    return [word for word in arguments if not word.startswith("-")]


def cat(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    if not _paths(arguments):
        return ExecResult(environment.session.stdin)
    out, err = "", ""
    for path in _paths(arguments):
        text = environment.read(path)
        if text is not None:
            out += text
        elif environment.is_folder(path):
            err += f"cat: {path}: Is a directory\n"
        elif environment.file(path) is None:
            err += _missing("cat", path)
    return ExecResult(stdout=out, stderr=err, exit_code=1 if err else 0)


def test(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    words = [word for word in arguments if word != "]"]
    negated = words[:1] == ["!"]
    held = _holds(environment, words[1:] if negated else words)
    if held is None:
        return ExecResult(stderr="sh: line 1: test: this expression is beyond the simulator\n", exit_code=2)
    return ExecResult(exit_code=int(held == negated))


def _holds(environment: Environment, words: list[str]) -> bool | None:
    if len(words) < 2:
        return bool(words and words[0])
    if len(words) == 2:
        return _is(environment, words[0], words[1])
    if len(words) == 3 and words[1] in ("=", "==", "!="):
        return (words[0] == words[2]) != (words[1] == "!=")
    if len(words) == 3 and words[1] in _NUMBERS and all(re.fullmatch(r"-?\d+", words[place]) for place in (0, 2)):
        return _NUMBERS[words[1]](int(words[0]), int(words[2]))
    return None


def _is(environment: Environment, operator: str, word: str) -> bool | None:
    if operator in ("-n", "-z"):
        return bool(word) == (operator == "-n")
    exists, folder = environment.exists(word), environment.is_folder(word)
    if operator in ("-e", "-r", "-w"):
        return exists
    if operator == "-d":
        return folder
    if operator == "-f":
        return exists and not folder
    if operator == "-x":
        return folder or word.rsplit("/", 1)[-1] in environment.programs
    if operator == "-s":
        return folder or (exists and _size(environment, word) > 0)
    return False if operator in ("-L", "-h") else None


def _size(environment: Environment, path: str) -> int:
    file = environment.file(path)
    return file.size if file is not None else len(environment.read(path) or "")


def ls(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    flags, paths = _flags(arguments), _paths(arguments) or ["/"]
    out, err = "", ""
    for path in paths:
        if environment.is_folder(path) and "d" not in flags:
            names = environment.inside(path)
            if len(paths) > 1:
                out += f"{path}:\n"
            out += _listing(names, now=environment.now(), flags=flags, total=True)
        elif environment.exists(path):
            out += _listing({path: environment.file(path)}, now=environment.now(), flags=flags, total=False)
        else:
            err += f"ls: cannot access '{path}': No such file or directory\n"
    return ExecResult(out, err, 2 if err else 0)


def _listing(names: dict[str, HostFile | None], *, now: datetime, flags: str, total: bool) -> str:
    found = list(names.items())
    if "t" in flags:
        found.sort(key=lambda item: item[1].changed.timestamp() if item[1] else 0.0, reverse=True)
    if "r" in flags:
        found.reverse()
    if "l" not in flags:
        return "".join(f"{name}\n" for name, _file in found)
    lines = [f"total {sum(-(-file.size // 1024) for _name, file in found if file)}"] if total else []
    for name, file in found:
        size = (human(file.size) if "h" in flags else str(file.size)) if file else "4096"
        mode = permissions(file.mode) if file else permissions(0o755, folder=True)
        lines.append(f"{mode} 1 root root {size:>10} {(file.changed if file else now):%b %e %H:%M} {name}")
    return "".join(f"{line}\n" for line in lines)


def stat(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    """``stat -c FORMAT PATH…`` (also ``--format=``, ``--printf=``)."""
    words, pattern, end = list(arguments), "%n: %s bytes", "\n"
    paths = []
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            pattern = words.pop(0)
        elif word.startswith(("--format=", "--printf=", "-c")):
            pattern = word.removeprefix("-c").partition("=")[2] or word.removeprefix("-c")
            end = "" if word.startswith("--printf") else "\n"
            pattern = pattern.replace("\\n", "\n") if not end else pattern
        elif not word.startswith("-"):
            paths.append(word)
    out, err = "", ""
    for path in paths:
        if not environment.exists(path):
            err += f"stat: cannot stat '{path}': No such file or directory\n"
            continue
        out += "".join(_facts(environment, path, pattern)) + end
    return ExecResult(out, err, 1 if err else 0)


def _facts(environment: Environment, path: str, pattern: str) -> Iterator[str]:
    for letter, text in re.findall(r"%(.)|([^%]+)", pattern):
        yield _fact(environment, path, letter) if letter else text


def _fact(environment: Environment, path: str, letter: str) -> str:
    file, folder = environment.file(path), environment.is_folder(path)
    mode = file.mode if file is not None else 0o755 if folder else 0o444
    changed = file.changed if file is not None else environment.now()
    size = 4096 if folder else _size(environment, path)
    facts = {
        "s": str(size),
        "n": path,
        "N": f"'{path}'",
        "a": f"{mode:o}",
        "A": permissions(mode, folder=folder)[:-1],
        "U": "root",
        "G": "root",
        "u": "0",
        "g": "0",
        "F": "directory" if folder else "regular file" if size else "regular empty file",
        "Y": str(int(changed.timestamp())),
        "y": f"{changed:%Y-%m-%d %H:%M:%S}.{changed.microsecond:06}000 +0000",
        "b": str(-(-size // 512)),
        "%": "%",
    }
    return facts.get(letter, "?")


def mkdir(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    err = ""
    for path in _paths([word for word in arguments if not re.fullmatch(r"0?[0-7]{3}", word)]):
        if "p" in _flags(arguments) or environment.is_folder(path.rstrip("/").rpartition("/")[0] or "/"):
            if environment.exists(path) and "p" not in _flags(arguments):
                err += f"mkdir: cannot create directory '{path}': File exists\n"
            elif environment.may_write(path):
                environment.disk.make(environment.host_path(path), now=environment.now())
            else:
                err += f"mkdir: cannot create directory '{path}': Permission denied\n"
        else:
            err += f"mkdir: cannot create directory '{path}': No such file or directory\n"
    return ExecResult(stderr=err, exit_code=1 if err else 0)


def rm(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    flags, err = _flags(arguments), ""
    for path in _paths(arguments):
        gone = environment.disk.remove(environment.host_path(path), recursive="r" in flags or "R" in flags)
        if not gone and "f" not in flags:
            err += f"rm: cannot remove '{path}': No such file or directory\n"
    return ExecResult(stderr=err, exit_code=1 if err else 0)


def du(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    flags, out, err = _flags(arguments), "", ""
    for path in _paths(arguments):
        if not environment.exists(path):
            err += f"du: cannot access '{path}': No such file or directory\n"
            continue
        start = plain(environment.host_path(path))
        files = [name for name in environment.disk.files if name == start or name.startswith(f"{start.rstrip('/')}/")]
        size = sum(file.size for name in files if (file := environment.disk.find(name, at=environment.seconds)))
        shown = human(size) if "h" in flags else str(size if "b" in flags else -(-size // 1024))
        out += f"{shown}\t{path}\n"
    return ExecResult(out, err, 1 if err else 0)


def df(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    """``df [-Pkh] [--output=avail] [PATH]``: one file system holds everything that can be written."""
    flags = _flags(arguments)
    written = sum(file.size for file in environment.disk.files.values()) // 1024
    used = _USED + written
    numbers = {"size": _DISK, "used": used, "avail": _DISK - used}
    scale = 1024 if "--block-size=1" in arguments or "B1" in flags else 1
    shown = {key: human(kib * 1024) if "h" in flags else str(kib * scale) for key, kib in numbers.items()}
    wanted = next((word.partition("=")[2] for word in arguments if word.startswith("--output=")), "")
    if wanted:
        titles = {"avail": "Avail", "size": "1K-blocks", "used": "Used"}
        keys = [key for key in wanted.split(",") if key in shown]
        return ExecResult(" ".join(titles[key] for key in keys) + "\n" + " ".join(shown[key] for key in keys) + "\n")
    percent = f"{100 * used // _DISK}%"
    return ExecResult(
        "Filesystem     1024-blocks     Used Available Capacity Mounted on\n"
        f"/dev/vda4      {shown['size']} {shown['used']} {shown['avail']} {percent} /var\n"
    )


def sha256sum(environment: Environment, arguments: Sequence[str]) -> ExecResult:
    out, err = "", ""
    for path in _paths(arguments):
        file, text = environment.file(path), environment.read(path)
        if file is None and text is None:
            err += _missing("sha256sum", path)
            continue
        file = file or HostFile(len(text or ""), 0.0, environment.now(), content=text)
        out += f"{digest(environment.host_path(path), file)}  {path}\n"
    return ExecResult(out, err, 1 if err else 0)


FILE_PROGRAMS: dict[str, Program] = {
    "[": test,
    "cat": cat,
    "df": df,
    "du": du,
    "ls": ls,
    "mkdir": mkdir,
    "rm": rm,
    "sha256sum": sha256sum,
    "stat": stat,
    "test": test,
}
