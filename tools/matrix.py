"""Import the plugins with the other Pythons that a host may run modules with, and run their unit tests where they can.

The tests are written for Python 3.11; older ones import the plugins, which finds what they cannot compile or evaluate.

Each interpreter gets a virtual environment with the run-time requirements and pytest, under ``.build/matrix``. One
that is not installed is reported and left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.collection_tree import BUILD, ROOT

VERSIONS = ("3.9", "3.10", "3.12", "3.13")
TESTED = ("3.12", "3.13")

#: the newest that installs there; where it is the controller's own Python, modules are run by a newer ansible-core
ANSIBLE_CORE = {"3.9": "ansible-core<2.16", "3.10": "ansible-core<2.18"}

IMPORT_ALL = """\
import importlib, pathlib, sys
root = pathlib.Path(sys.argv[1])
package = "ansible_collections.ocp_day2.ovn_migration.plugins"
names = [path.relative_to(root).with_suffix("").parts for path in sorted(root.rglob("*.py"))]
for name in names:
    importlib.import_module(".".join([package, *name]))
print(len(names), "files imported")
"""


def interpreter(version: str) -> str | None:
    """A working interpreter of ``version``: from the path, or from pyenv when its shim is not active."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    candidates = [shutil.which(f"python{version}"), *sorted(map(str, versions.glob(f"{version}.*/bin/python")))]
    return next((one for one in candidates if one and _works(one, version=version)), None)


def _works(python: str, *, version: str) -> bool:
    asked = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version


def environment(version: str, *, python: str) -> Path:
    """The interpreter of a virtual environment for ``version``, made when it is not there."""
    folder = BUILD / "matrix" / version
    installed = folder / ".installed"
    own = folder / "bin" / "python"
    if not installed.exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        needs = ["-r", str(ROOT / "requirements.txt"), ANSIBLE_CORE.get(version, "ansible-core"), "pytest"]
        subprocess.run([str(own), "-m", "pip", "install", "--quiet", *needs], check=True)
        installed.touch()
    return own


def check(python: Path, *, tests: bool) -> bool:
    """Import everything, and run the unit tests of the plugins when ``tests``; what fails has printed itself."""
    steps = [["-c", IMPORT_ALL, str(ROOT / "plugins")]]
    if tests:
        # The settings of pyproject.toml belong to the pytest of the development environment.
        options = ["-q", "--import-mode=importlib", "-c", os.devnull, "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
        steps.append(["-m", "pytest", *options, str(ROOT / "tests" / "unit" / "plugins")])
    paths = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{BUILD / 'tree'}"}
    return all(subprocess.call([str(python), *step], cwd=ROOT, env=paths) == 0 for step in steps)


def main() -> None:
    failed = []
    for version in VERSIONS:
        python = interpreter(version)
        print(f"\nPython {version}: {python or 'not installed, left out'}", flush=True)
        if python and not check(environment(version, python=python), tests=version in TESTED):
            failed.append(version)
    if failed:
        sys.exit(f"failed with Python {', '.join(failed)}")


if __name__ == "__main__":
    main()
