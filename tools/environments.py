"""Virtual environments and collection trees of the matrix, kept below .build and named after what is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools import collection_tree
from tools.cells import CARRIERS

HOME = collection_tree.BUILD / "matrix"


def interpreter(version: str) -> str | None:
    """A working interpreter of ``version`` (``3.10``): from the path, or from pyenv when its shim is not active."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    candidates = [shutil.which(f"python{version}"), *sorted(map(str, versions.glob(f"{version}.*/bin/python")))]
    return next((one for one in candidates if one and _said(one).startswith(f"{version}.")), None)


def _said(python: str) -> str:
    """The version that an interpreter says it is; nothing when it does not work."""
    asked = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def environment(python: str, requirements: Sequence[str]) -> Path:
    """The folder of a virtual environment with exactly these requirements, made when it is not there.

    :raises subprocess.CalledProcessError: pip has failed; what it said has been printed
    """
    content = "\n".join([_said(python), *requirements])
    folder = HOME / "environments" / hashlib.sha256(content.encode()).hexdigest()[:12]
    complete = folder / ".complete"
    if not complete.exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements], check=True)
        complete.write_text(content, encoding="utf-8")
    return folder


def tree(version: str) -> Path:
    """A tree with this collection and ``version`` of kubernetes.core, made when it is not there."""
    place = HOME / "collections" / version
    collection_tree.link(place, carrier=CARRIERS[version])
    return place
