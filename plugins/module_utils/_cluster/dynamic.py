# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds that are not known in advance, found in what the API says it serves.

The only file that does discovery, and only when somebody asks for such a kind. Discovery breaks while aggregated APIs
are down, so nothing that has to work between the switch and the reboots may depend on it.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any

from .._domain.errors import NotFound
from .kinds import Kind
from .port import Cluster


class DynamicKinds:
    """Finds each kind once. Reading its objects is the port's business, as with every ``Kind``."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: dict[tuple[str, str], Kind] = {}

    def resolve(self, kind: str, api_version: str) -> Kind:
        """
        :param kind: as manifests write it, ``Deployment``
        :param api_version: ``apps/v1``
        :raises NotFound: the cluster serves no such kind
        :raises MigrationError: it could not be asked
        """
        known = self._known.get((kind, api_version))
        if known is None:
            known = self._known[kind, api_version] = self._cluster.discover(kind, api_version)
        return known


def client(configuration: Any, pool: Any) -> Any:
    """
    :param configuration: ``kubernetes.client.Configuration``
    :param pool: what the requests go through
    :returns: ``kubernetes.client.ApiClient``
    """
    # Here and not above: it takes long to load.
    from kubernetes.client.api_client import ApiClient

    made = ApiClient(configuration)
    made.rest_client.pool_manager = pool
    return made


def discovered(client: Any, kind: str, api_version: str) -> Kind:
    """
    :param client: ``kubernetes.client.ApiClient``; its exceptions pass through
    :raises NotFound: the API serves no such kind
    """
    # Here and not above: a package that is missing is reported by kubernetes.py.
    from kubernetes.dynamic import DynamicClient
    from kubernetes.dynamic.exceptions import ResourceNotFoundError
    from kubernetes.dynamic.resource import ResourceList

    # The default cache is a file in /tmp that outlives us and that others may write.
    with tempfile.TemporaryDirectory(prefix="discovery-") as directory:
        resources = DynamicClient(client, cache_file=os.path.join(directory, "cache.json")).resources
        group, _slash, version = api_version.rpartition("/")
        where = {"prefix": "apis", "group": group} if group else {"prefix": "api"}
        try:
            answers = resources.search(**where, api_version=version, kind=kind)
        except ResourceNotFoundError:
            # The group is announced, and its version answers 404.
            answers = []
        found = [
            resource
            for resource in answers
            if not isinstance(resource, ResourceList) and resource.group_version == api_version
        ]
    if not found:
        raise NotFound(
            tried=f"find the kind {kind} of {api_version}",
            seen="the cluster does not serve it",
            remedy=f"Compare kind and apiVersion with 'oc api-resources | grep -i {kind}'.",
        )
    return Kind(api_version, kind, found[0].name, namespaced=bool(found[0].namespaced))
