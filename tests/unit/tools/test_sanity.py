"""What ansible-test finds in the home that it is given."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from tools import sanity


def test_the_bootstrap_is_named_as_this_ansible_test_looks_for_it(tmp_path: Path) -> None:
    sanity.prepare_home(tmp_path)
    (bootstrap,) = (tmp_path / ".ansible" / "test" / "cache").iterdir()
    version = sanity.bootstrap_version()
    assert version[0].isdigit() and bootstrap.name == f"get_pip_{version.replace('.', '_')}.py"
    subprocess.run([sys.executable, "-m", "py_compile", str(bootstrap)], check=True)


def test_pip_keeps_its_settings_when_the_environment_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\ntimeout = 7\nretries = 1\n[install]\nprefer-binary = true\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///one file:///two")
    monkeypatch.setenv("PIP_TIMEOUT", "9")
    written = configparser.RawConfigParser()
    written.read_string(sanity.pip_settings())
    assert written["global"]["extra-index-url"].split() == ["file:///one", "file:///two"]
    assert (written["global"]["timeout"], written["global"]["retries"]) == ("9", "1")
    assert written["install"]["prefer-binary"] == "true"
    assert "config-file" not in written["global"]
