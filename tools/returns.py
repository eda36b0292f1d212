"""Write the words that modules share into their RETURN; with ``--check``, only say where they differ.

Ansible has fragments for options and none for results, so the shared words stand in every module, and once in
``returns.yml``. A value is known by its key. Its fields that stand there replace the module's; what only the module can
say, such as when the value is returned, is left as it is.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
WORDS = ROOT / "tools" / "returns.yml"
MODULES = ROOT / "plugins" / "modules"

FIELDS = ("description", "returned", "type", "elements", "contains", "sample")
RETURN = re.compile(r'(?<=^RETURN = r"""\n).*?(?=^""")', re.MULTILINE | re.DOTALL)

#: The fields of a value as text, each with its name and its indentation.
Value = dict[str, str]


def blocks(text: str, *, indent: int = 0) -> dict[str, str]:
    """YAML text by the keys that stand at ``indent``; the text of a key begins with its line."""
    found: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        if match := re.match(rf" {{{indent}}}(\w+):", line):
            key = match[1]
            found[key] = ""
        if key:
            found[key] += line
    return found


def values(text: str) -> dict[str, Value]:
    """The values of a RETURN, in its order."""
    return {key: blocks(block, indent=2) for key, block in blocks(text).items()}


def section(name: str, *, words: str) -> dict[str, Value]:
    """A section of ``returns.yml`` as it has to stand in a RETURN."""
    inside = blocks(words)[name].partition("\n")[2]
    lines = [line for line in inside.splitlines(keepends=True) if line.strip() and not line.startswith("#")]
    return values("".join(line[2:] for line in lines))


@dataclass(frozen=True)
class Words:
    """The shared words: values that every module has, and values of the modules that have them."""

    everywhere: Mapping[str, Value]
    somewhere: Mapping[str, Value]

    @classmethod
    def from_yaml(cls, text: str) -> Words:
        return cls(section("everywhere", words=text), section("somewhere", words=text))

    def within(self, text: str, *, module: str) -> str:
        """The text of a module's RETURN with the shared words in it. What is everywhere and was missing comes last."""
        own = values(text)
        theirs = {**self.somewhere, **_of(module, self.everywhere)}
        keys = [*own, *(key for key in _of(module, self.everywhere) if key not in own)]
        return "".join(f"{key}:\n{_joined({**own.get(key, {}), **theirs.get(key, {})})}" for key in keys)

    def rewritten(self, source: str, *, module: str) -> str:
        """A module's source with the shared words in its RETURN.

        :raises ValueError: when it has none
        """
        found = RETURN.search(source)
        if found is None:
            raise ValueError(f'{module} has no RETURN = r"""')
        return source[: found.start()] + self.within(found[0], module=module) + source[found.end() :]


def _of(module: str, words: Mapping[str, Value]) -> dict[str, Value]:
    return {
        key: {field: text for field, text in value.items() if field != "not_in"}
        for key, value in words.items()
        if module not in yaml.safe_load(value.get("not_in", "not_in: []"))["not_in"]
    }


def _joined(value: Value) -> str:
    """The fields in their usual order."""
    return "".join(value[field] for field in sorted(value, key=FIELDS.index))


def differing() -> dict[Path, str]:
    """Each module that has other words than the shared ones, with the source that it should have."""
    words = Words.from_yaml(WORDS.read_text(encoding="utf-8"))
    # An action answers by itself, and not through the exit that all modules share.
    modules = [path for path in sorted(MODULES.glob("*.py")) if not (MODULES.parent / "action" / path.name).exists()]
    sources = {path: path.read_text(encoding="utf-8") for path in modules}
    wanted = {path: words.rewritten(source, module=path.stem) for path, source in sources.items()}
    return {path: source for path, source in wanted.items() if source != sources[path]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when words differ")
    check = parser.parse_args().check
    wanted = differing()
    for path, source in wanted.items():
        print(f"{path.relative_to(ROOT)}: {'other words than tools/returns.yml; run make fix' if check else 'written'}")
        if not check:
            path.write_text(source, encoding="utf-8")
    sys.exit(1 if check and wanted else 0)


if __name__ == "__main__":
    main()
