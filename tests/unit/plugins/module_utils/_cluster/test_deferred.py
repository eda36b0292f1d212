# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is loaded, each time in a Python of its own: this one has loaded everything long since."""

from __future__ import annotations

import os
import subprocess
import sys

PLUGINS = "ansible_collections.ocp_day2.ovn_migration.plugins"
HEAVY = ("pydantic", "requests", "oauthlib.oauth2.rfc6749", "kubernetes.client.api_client", "kubernetes.dynamic.client")


def printed(*lines: str) -> str:
    """What another Python prints that finds the same packages."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


CONNECTED = f"from {PLUGINS}.module_utils._cluster import connection"


def test_a_module_does_not_load_what_it_does_not_use():
    loaded = printed(CONNECTED, "import sys", f"print([name for name in {HEAVY} if name in sys.modules])")
    # kubernetes.core derives a class from DynamicClient.
    assert loaded == "['kubernetes.dynamic.client']"


#: In an order in which none has loaded what the next one uses.
USES = (
    "kubernetes.client.ApiException(status=404).status",
    "kubernetes.utils.parse_quantity('1Ki')",
    "callable(kubernetes.stream.stream)",
    "kubernetes.watch.Watch().__class__.__name__",
    "kubernetes.dynamic.DynamicClient.__name__",
    "__import__('oauthlib.oauth2').oauth2.rfc6749.errors.InvalidClientError.__name__",
    "kubernetes.config.kube_config.OAuth2Session('id').__class__.__name__",
    "kubernetes.client.ApiClient(kubernetes.client.Configuration()).__class__.__name__",
    "__import__('kubernetes.client.models', fromlist=['V1Pod']).V1Pod.__name__",
    "kubernetes.client.V1Pod(spec=None).__class__.__name__",
    "kubernetes.client.CoreV1Api(kubernetes.client.ApiClient()).list_node.__name__",
)


def test_whoever_asks_gets_it():
    asked = f"print({', '.join(USES)}, sep='\\n')"
    answers = printed(CONNECTED, "import kubernetes", asked).splitlines()
    assert len(answers) == len(USES)
    assert answers == printed("import kubernetes", asked).splitlines()


def test_what_is_not_there_is_missed_as_ever():
    code = ("import kubernetes", "try: kubernetes.client.NoSuchThing", "except AttributeError as error: print(error)")
    assert "NoSuchThing" in printed(CONNECTED, *code)


def test_what_is_loaded_already_stays_as_it_is():
    code = ("import kubernetes.client as before", CONNECTED, "import kubernetes", "print(kubernetes.client is before)")
    assert printed(*code) == "True"
