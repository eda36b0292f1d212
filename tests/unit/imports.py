"""Which imports a file has: what the tests of the arrows are made of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Import:
    """An import statement: the absolute name of what is imported, and where it stands."""

    name: str
    file: str
    line: int

    def within(self, package: str) -> bool:
        return self.name == package or self.name.startswith(f"{package}.")

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


def imports(source: str, *, file: str, package: str) -> Iterator[Import]:
    """All imports of ``source``, those inside functions too. ``package`` is the package that holds the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, file, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", file, node.lineno)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def module_imports(path: Path) -> list[Import]:
    """The imports of a file below the root of the repository."""
    package = ".".join(path.parent.relative_to(ROOT).parts)
    return list(imports(path.read_text(encoding="utf-8"), file=short(path), package=package))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
