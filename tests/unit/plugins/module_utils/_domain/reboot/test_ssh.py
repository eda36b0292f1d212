# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.ssh import SshResult, answer

OLD = "11111111-2222-4333-8444-555555555555"
NEW = "99999999-2222-4333-8444-555555555555"
IN = 'Authenticated to 10.0.0.10 ([10.0.0.10]:22) using "publickey".\n'
CHANGED = """@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Offending ED25519 key in /home/me/.ssh/known_hosts:3
Host key for [10.0.0.10]:2222 has changed and you have requested strict checking.
Host key verification failed.
"""
UNKNOWN = """No ED25519 host key is known for 10.0.0.10 and you have requested strict checking.
Host key verification failed.
"""


@pytest.mark.parametrize(
    ("ended", "wanted", "words"),
    [
        pytest.param(SshResult(0, f"{OLD}\n", IN), "accepted", "", id="taken"),
        pytest.param(SshResult(75, f"{NEW}\n", IN), "elsewhere", "another boot", id="rebooted already"),
        pytest.param(SshResult(75, f"Welcome\n{NEW}\n", IN), "elsewhere", "another boot", id="after a greeting"),
        pytest.param(SshResult(75, "", IN), "unsent", "boot id", id="it told no boot id"),
        pytest.param(SshResult(74, "", f"{IN}cat: no such file\n"), "unsent", "no such file", id="it cannot tell one"),
        pytest.param(
            SshResult(255, f"{OLD}\n", f"{IN}Connection to x closed by remote host.\n"), "unknown", "", id="cut"
        ),
        pytest.param(SshResult(255, "", f"{IN}client_loop: send disconnect\n"), "unknown", "", id="cut before it told"),
        pytest.param(SshResult(255, f"{NEW}\n", IN), "elsewhere", "", id="cut after it told another boot"),
        pytest.param(SshResult(255, "", ""), "unknown", "", id="a client that was made to keep silent"),
        pytest.param(SshResult(None, f"{OLD}\n", IN), "unknown", "", id="too long, logged in"),
        pytest.param(SshResult(None, "", "Warning: x\n"), "unsent", "", id="too long, not logged in"),
        pytest.param(
            SshResult(255, "", "ssh: connect to host 10.0.0.10 port 22: Connection refused\n"),
            "unsent",
            "Connection refused",
            id="refused",
        ),
        pytest.param(
            SshResult(255, "", "Connection closed by UNKNOWN port 65535\n"),
            "unsent",
            "closed",
            id="no way from the bastion",
        ),
        pytest.param(
            SshResult(
                255,
                "",
                "System is going down. Unprivileged users are not permitted to log in anymore. For technical details, "
                "see pam_nologin(8).\n\nConnection closed by 10.0.0.10 port 22\n",
            ),
            "unsent",
            "a shutdown is scheduled on it already",
            id="going down",
        ),
        pytest.param(
            SshResult(255, "", CHANGED),
            "closed",
            "ssh-keygen -R '[10.0.0.10]:2222' -f /home/me/.ssh/known_hosts",
            id="another host key",
        ),
        pytest.param(SshResult(255, "", UNKNOWN), "closed", "of 10.0.0.10 is not known", id="no host key"),
        pytest.param(
            SshResult(255, "", "core@10.0.0.10: Permission denied (publickey).\n"), "closed", "publickey", id="no entry"
        ),
        pytest.param(
            SshResult(255, "", "No user exists for uid 1000\n"), "closed", "uid 1000", id="a user without a name"
        ),
        pytest.param(
            SshResult(255, "", "command-line: line 0: Bad configuration option: foo\n"),
            "closed",
            "option: foo",
            id="option",
        ),
        pytest.param(
            SshResult(1, f"{OLD}\n", f"{IN}sudo: a password is required\n"),
            "closed",
            "a password is required",
            id="sudo",
        ),
        pytest.param(
            SshResult(1, f"{OLD}\n", f"{IN}Failed to talk to init daemon.\n"), "refused", "init daemon", id="systemd"
        ),
    ],
)
def test_what_an_end_means(ended, wanted, words):
    request = answer(ended, boot_id=OLD)
    assert request.answer == wanted
    assert words in request.seen


def test_what_the_client_says_of_itself_is_left_out():
    noise = f"{IN}Transferred: sent 1, received 2 bytes, in 0.0 seconds\nBytes per second: sent 1.0\n"
    assert SshResult(1, "", f"{noise}no such command\n").said == "no such command"
    assert SshResult(1, "", noise).said == "exit code 1, and no word"
