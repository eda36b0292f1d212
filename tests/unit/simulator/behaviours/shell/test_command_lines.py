"""The grammar of the nodes' shell."""

from __future__ import annotations

import pytest

from tests.simulator.behaviours.shell.command_lines import LineError, parse
from tests.unit.simulator.behaviours.scenes import Scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene("4.14", masters=1, workers=1)


@pytest.mark.parametrize(
    ("line", "out", "err", "code"),
    [
        ("echo 'a  b' \"c d\" e\\ f", "a  b c d e f\n", "", 0),
        ("echo one; echo two\necho three", "one\ntwo\nthree\n", "", 0),
        ("false || echo no; echo $?", "no\n0\n", "", 0),
        ("false; echo $?", "1\n", "", 0),
        ("! false && echo yes", "yes\n", "", 0),
        ("echo gone >/dev/null; echo err 1>&2", "", "err\n", 0),
        ("cat /nowhere 2>/dev/null || echo none", "none\n", "", 0),
        ("cat /nowhere 2>&1 | grep -c nowhere", "1\n", "", 0),
        ("nonsense >/dev/null 2>&1", "", "", 127),
        ("nonsense &>/dev/null; exit 4", "", "", 4),
        ("echo a b c | awk '{print $2}'", "b\n", "", 0),
        ("echo a:b | cut -d: -f2 | tr b B", "B\n", "", 0),
        ("printf '%s\\n' x y z | tail -n 2 | head -1", "y\n", "", 0),
        ("echo host=$(hostname) `echo x`", "host=worker-0 x\n", "", 0),
        ("name=$(hostname); echo \"on $name\" '$name'", "on worker-0 $name\n", "", 0),
        ("set -e; false; echo never", "", "", 1),
        ("env A=b C= hostname", "worker-0\n", "", 0),
        ("env A=b nonsense", "", "env: 'nonsense': No such file or directory\n", 127),
        ("test -s /etc/hostname && echo filled", "filled\n", "", 0),
        ("[ 3 -gt 2 ] && [ a != b ] && ! test -d /nowhere", "", "", 0),
        ("# nothing\necho it", "it\n", "", 0),
        ("echo (", "", "sh: -c: line 1: syntax error near unexpected token `('\n", 2),
        ("| echo", "", "sh: -c: line 1: syntax error near unexpected token `|'\n", 2),
    ],
)
def test_lines(scene, line, out, err, code):
    result = scene.run("worker-0", "bash", "-c", line)
    assert (result.stdout, result.stderr, result.exit_code) == (out, err, code)


@pytest.mark.parametrize("line", ["echo 'open", 'echo "open', "echo $(open", "echo `open"])
def test_what_never_ends(line):
    with pytest.raises(LineError, match="unexpected EOF"):
        parse(line)
