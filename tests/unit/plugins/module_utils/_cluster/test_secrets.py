# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from kubernetes.client import Configuration

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.secrets import Secrets, credentials_in


@pytest.mark.parametrize(
    "text",
    [
        "token is planted-token",
        "Invalid header value b'Bearer planted-token\\n'",
        "GET /x?proxy=http%3A%2F%2Fu%3Apl%40nted%20token%40p",
        "Cannot connect to proxy http://user:unknown-one@p:1",
        "authorization: Basic dW5rbm93bi1vbmU=",
        "run 'env HTTPS_PROXY=http://unknown-one KUBE_TOKEN=unknown-one true'",
        "sha256~unknown-one expired",
        "-----BEGIN EC PRIVATE KEY-----\nunknown-one\n-----END EC PRIVATE KEY-----",
    ],
)
def test_no_form_of_a_secret_is_left(text):
    clean = Secrets(["planted-token\n", "pl@nted token"]).redacted(text)
    assert "planted" not in clean
    assert "pl%40nted" not in clean
    assert "unknown-one" not in clean
    assert "dW5rbm93bi1vbmU" not in clean


def test_other_words_stay():
    text = "Could not read nodes a: HTTP 403, user at https://api.example.com:6443/apis is forbidden"
    assert Secrets(["a", ""]).redacted(text) == text


def test_what_a_configuration_holds():
    configuration = Configuration()
    configuration.api_key = {"authorization": "Bearer the-token\n"}
    configuration.proxy_headers = {"proxy-authorization": "Basic dXNlcjp0aGUtcGFzc3dvcmQ="}
    configuration.password = "another"
    assert set(credentials_in(configuration)) == {
        "the-token",
        "dXNlcjp0aGUtcGFzc3dvcmQ=",
        "the-password",
        "another",
    }
