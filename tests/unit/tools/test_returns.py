"""The results that modules share are the same words in each."""

from __future__ import annotations

import sys

import pytest
import yaml

from tools import returns

WORDS = returns.Words.from_yaml(
    """\
# Shared.
everywhere:
  remedy:
    not_in: [lonely]
    description: What to do.
    returned: on failure
    type: str

somewhere:
  # Not everywhere.
  verdict:
    type: dict
    contains:
      state:
        description: A word.
        type: str
"""
)
OWN = """\
verdict:
  description: Whether it is well.
  returned: success
  type: dict
  contains:
    state:
      description: Another word.
      type: str
  sample: {state: done}
count:
  description: How many.
  returned: success
  type: int
"""
SHARED = """\
verdict:
  description: Whether it is well.
  returned: success
  type: dict
  contains:
    state:
      description: A word.
      type: str
  sample: {state: done}
count:
  description: How many.
  returned: success
  type: int
"""
REMEDY = """\
remedy:
  description: What to do.
  returned: on failure
  type: str
"""


def source(text):
    return f'DOCUMENTATION = r"""\nmodule: x\n"""\n\nRETURN = r"""\n{text}"""\n\nimport os\n'


def test_the_modules_have_the_shared_words():
    assert sorted(returns.differing()) == [], "run make fix"


@pytest.mark.parametrize(
    ("module", "own", "told"),
    [
        pytest.param("x", OWN, SHARED + REMEDY, id="its own words are replaced, and what is missing is added"),
        pytest.param("x", SHARED + REMEDY, SHARED + REMEDY, id="again it changes nothing"),
        pytest.param("lonely", OWN, SHARED, id="not in this module"),
        pytest.param("x", "remedy:\n", REMEDY, id="the name is enough"),
    ],
)
def test_what_is_written(module, own, told):
    assert WORDS.rewritten(source(own), module=module) == source(told)


def test_what_is_written_is_yaml_with_the_shared_values():
    assert yaml.safe_load(WORDS.within(OWN, module="x"))["verdict"]["contains"] == {
        "state": {"description": "A word.", "type": "str"}
    }


def test_a_module_without_results_is_an_error():
    with pytest.raises(ValueError, match="x has no RETURN"):
        WORDS.rewritten("import os\n", module="x")


@pytest.mark.parametrize(("arguments", "code"), [(["--check"], 1), ([], 0)])
def test_the_command(arguments, code, tmp_path, monkeypatch, capsys):
    module = tmp_path / "plugins" / "modules" / "x.py"
    module.parent.mkdir(parents=True)
    module.write_text(source(OWN), encoding="utf-8")
    words = tmp_path / "returns.yml"
    words.write_text(
        f"everywhere:\n  {REMEDY.replace(chr(10), chr(10) + '  ').rstrip()}\nsomewhere: {{}}\n", encoding="utf-8"
    )
    monkeypatch.setattr(returns, "ROOT", tmp_path)
    monkeypatch.setattr(returns, "MODULES", module.parent)
    monkeypatch.setattr(returns, "WORDS", words)
    monkeypatch.setattr(sys, "argv", ["returns", *arguments])
    with pytest.raises(SystemExit) as ended:
        returns.main()
    assert ended.value.code == code
    assert "plugins/modules/x.py" in capsys.readouterr().out
    assert module.read_text(encoding="utf-8") == source(OWN if code else OWN + REMEDY)
