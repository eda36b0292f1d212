"""Run ansible-test sanity with a package index as the only network, and leave the user's home alone.

ansible-test makes its own virtual environments, without pip, and fetches a pip bootstrap for each from a host of the
Ansible project. It takes a bootstrap that lies in its cache first, so a stand-in that calls ``ensurepip`` is put there.
The cache is below ``HOME``; ``HOME`` becomes a folder of the build, with pip's settings written into it because
ansible-test drops the ``PIP_*`` variables.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal import python_requirements

from tools import collection_tree

BUILD = collection_tree.BUILD
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

BOOTSTRAP = """\
import subprocess
import sys

arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"])
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *arguments]))
"""


def prepare_home(home: Path) -> None:
    """Fill ``home`` with the pip bootstrap and the pip settings in force."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / f"get_pip_{bootstrap_version().replace('.', '_')}.py").write_text(BOOTSTRAP, encoding="utf-8")
    settings = home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.touch(mode=0o600)
    settings.write_text(pip_settings(), encoding="utf-8")


def bootstrap_version() -> str:
    """The pip version this ansible-test bootstraps; it is part of the file name that it looks for."""
    packages: dict[str, str] = python_requirements.get_venv_packages(SimpleNamespace(version=PYTHON))
    return packages["pip"]


def pip_settings() -> str:
    """pip's present settings, from files and environment alike, as one pip.conf; its download cache is shared."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    listing = subprocess.run([*pip, "config", "list"], check=True, capture_output=True, text=True).stdout
    cache = subprocess.run([*pip, "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()
    sections: dict[str, dict[str, str]] = {"global": {"cache-dir": cache, "quiet": "1"}}
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):
        key, value = line.split("=", maxsplit=1)
        section, name = key.split(".", maxsplit=1)
        if name != "config-file":
            target = sections.setdefault("global" if section == ":env:" else section, {})
            target[name] = str(ast.literal_eval(value)).replace("\n", "\n    ")
    return "\n".join(_section(name, of) for name, of in sections.items())


def _section(name: str, settings: dict[str, str]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())


def run(arguments: list[str], *, collection: Path, home: Path) -> int:
    """Run ansible-test in ``collection``; its exit code."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        # Without it ansible-test walks up to our .git, asks git for the sources, and hears that .build is ignored.
        "ANSIBLE_TEST_CONTENT_ROOT": str(collection),
    }
    colour = "yes" if sys.stdout.isatty() else "no"
    command = ["ansible-test", "sanity", "--local", "--python", PYTHON, "--color", colour, *arguments]
    return subprocess.call(command, cwd=collection, env=environment)


def main() -> None:
    home = BUILD / "home"
    prepare_home(home)
    # A tree of its own for each run, so that two runs at once do not pull it from under each other.
    with tempfile.TemporaryDirectory(prefix="sanity-", dir=BUILD) as tree:
        collection_tree.copy(Path(tree))
        code = run(sys.argv[1:], collection=Path(tree) / collection_tree.OURS, home=home)
    sys.exit(code)


if __name__ == "__main__":
    main()
