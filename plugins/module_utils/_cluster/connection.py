# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From kubernetes.core's authentication options to an API client.

The only file that knows names of kubernetes.core, and the reason why users' ``module_defaults`` and ``K8S_AUTH_*``
variables work here. ``get_api_client`` of that collection is not used as it is: it starts with discovery, which fails
while the API or an aggregated API is down, and that is when we are needed most.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
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
    AUTH_ARG_SPEC = _options.AUTH_ARG_SPEC


def connect(params: Mapping[str, Any]) -> KubernetesCluster:
    """The cluster that the authentication options (or ``K8S_AUTH_*``, or the default kubeconfig) lead to.

    :param params: module parameters; only the options of ``AUTH_ARG_SPEC`` are read
    :raises MigrationError: when the options lead to no usable client configuration; nothing has been sent then
    """
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
