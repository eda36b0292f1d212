"""The two shapes of the tree, made of a small working copy."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import collection_tree

FILES = ("galaxy.yml", "plugins/modules/one.py", ".ci/run", "tests/unit/test_one.py")
NOT_SOURCES = (
    ".venv/bin/python",
    ".build/tree/x",
    "plugins/__pycache__/one.pyc",
    "tests/output/bot.json",
    "a-1.0.0.tar.gz",
)
IGNORED = "/.venv/\n/.build/\n__pycache__/\n/tests/output/\n/*.tar.gz\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working copy without git, whose dependency lies in the tree already."""
    root = tmp_path / "working copy"
    for name in (*FILES, *NOT_SOURCES):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    monkeypatch.setattr(collection_tree, "ROOT", root)
    monkeypatch.setattr(collection_tree, "_place_dependency", lambda tree, carrier: None)
    monkeypatch.setattr(collection_tree, "_pinned_carrier", lambda: "ansible==0")
    return root


def names(found: list[Path]) -> set[str]:
    return {path.as_posix() for path in found}


def test_sources_without_git(root: Path) -> None:
    assert names(collection_tree.sources()) == set(FILES)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_sources_with_git_are_those_not_ignored(root: Path) -> None:
    (root / ".gitignore").write_text(IGNORED, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    assert names(collection_tree.sources()) == {*FILES, ".gitignore"}


def test_the_link_shape_follows_edits_and_can_be_made_twice(root: Path) -> None:
    tree = root / ".build" / "tree"
    collection_tree.link(tree)
    collection_tree.link(tree)
    (root / "new").touch()
    assert (tree / collection_tree.OURS / "new").exists()


def test_a_link_to_elsewhere_is_set_right(root: Path, tmp_path: Path) -> None:
    ours = root / ".build" / "tree" / collection_tree.OURS
    ours.parent.mkdir(parents=True)
    ours.symlink_to(tmp_path)
    collection_tree.link(root / ".build" / "tree")
    assert ours.resolve() == root


def test_the_copy_shape_holds_the_sources_and_nothing_of_an_earlier_copy(root: Path) -> None:
    tree = root / ".build" / "copy"
    collection_tree.copy(tree)
    (root / "galaxy.yml").unlink()
    collection_tree.copy(tree)
    ours = tree / collection_tree.OURS
    copied = {path.relative_to(ours).as_posix() for path in ours.rglob("*") if path.is_file()}
    assert copied == set(FILES) - {"galaxy.yml"}
