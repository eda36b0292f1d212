# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From kubernetes.core's authentication options to an API client.

The only file that knows names of kubernetes.core, and the reason why users' ``module_defaults`` and ``K8S_AUTH_*``
variables work here. ``get_api_client`` of that collection is not used as it is: it starts with discovery, which fails
while the API or an aggregated API is down, and that is when we are needed most.
"""

from __future__ import annotations

import inspect
import json
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

from .._domain.errors import MigrationError
from .kubernetes import KubernetesCluster

MISSING: Optional[str] = None
AUTH_ARG_SPEC: dict[str, Any] = {}
try:
    from ansible_collections.kubernetes.core.plugins.module_utils import args_common as _options
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as _core
except ImportError:
    MISSING = traceback.format_exc()
else:
    AUTH_ARG_SPEC = getattr(_options, "AUTH_ARG_SPEC", {})

#: The versions of kubernetes.core that the matrix proves.
VERSIONS = ">=2.4.0,<7.0.0"
#: Its private functions that are called here, and with what.
_CALLED: dict[str, tuple[Any, ...]] = {
    "_create_auth_spec": (None,),
    "_create_configuration": ({},),
    "_create_headers": (None,),
}


def connect(params: Mapping[str, Any]) -> KubernetesCluster:
    """The cluster that the authentication options (or ``K8S_AUTH_*``, or the default kubeconfig) lead to.

    :param params: module parameters; only the options of ``AUTH_ARG_SPEC`` are read
    :raises MigrationError: when the options lead to no usable client configuration, or kubernetes.core is one that
        we do not know; nothing has been sent then
    """
    _require_known_functions()
    given = {name: params.get(name) for name in AUTH_ARG_SPEC if params.get(name) is not None}
    try:
        settings = _core._create_auth_spec(None, **given)
        configuration = _core._create_configuration(settings)
        headers = _core._create_headers(None, **given)
    except Exception as error:
        # kubernetes raises ConfigException, yaml errors, OSError, TypeError: all of them mean a bad kubeconfig.
        raise MigrationError(
            tried="find out how to reach the cluster",
            seen=f"{type(error).__name__}: {error}",
            remedy="Give kubeconfig (and context), or host and api_key, or set K8S_AUTH_KUBECONFIG or KUBECONFIG.",
        ) from error
    return KubernetesCluster(configuration, headers=headers)


def _require_known_functions() -> None:
    """A private function may change with any version. That must not look like a bad kubeconfig."""
    wrong = [name for name, arguments in _CALLED.items() if not _callable_with(name, *arguments)]
    if not AUTH_ARG_SPEC:
        wrong.append("AUTH_ARG_SPEC")
    if wrong:
        raise MigrationError(
            tried="find out how to reach the cluster",
            seen=f"the collection kubernetes.core{_version()} is not one that this collection knows: "
            f"{', '.join(wrong)} cannot be used",
            remedy=f"Install one that works: ansible-galaxy collection install --force 'kubernetes.core:{VERSIONS}'. "
            "'ansible-galaxy collection list kubernetes.core' shows which there are.",
        )


def _callable_with(name: str, *arguments: Any) -> bool:
    try:
        inspect.signature(getattr(_core, name)).bind(*arguments)
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _version() -> str:
    """`` 2.4.0``, or nothing where the collection is without its manifest, as in a module that Ansible has packed."""
    try:
        manifest = Path(_core.__file__ or "").parents[3] / "MANIFEST.json"
        return f" {json.loads(manifest.read_text(encoding='utf-8'))['collection_info']['version']}"
    except (OSError, ValueError, LookupError):
        return ""
