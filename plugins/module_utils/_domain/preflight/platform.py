# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether this kind of cluster can be migrated at all."""

from __future__ import annotations

from collections.abc import Iterator

from ..networks import OVN, SDN, other
from ..versions import Version, offline_problem
from .findings import ANY_METHOD, OFFLINE, Check, Problem, named
from .snapshot import Snapshot

#: Platform -> the first and the last minor release on which the offline migration is supported there
#: (documentation of OpenShift 4.10 to 4.16, Migrating from the OpenShift SDN network plugin).
PLATFORMS = {
    "AWS": (10, 16),
    "AlibabaCloud": (16, 16),
    "Azure": (10, 16),
    "BareMetal": (10, 16),
    "GCP": (10, 16),
    "IBMCloud": (12, 16),
    "None": (10, 16),
    "Nutanix": (16, 16),
    "OpenStack": (10, 16),
    "VSphere": (10, 16),
    "oVirt": (10, 13),
}
#: OpenShift Dedicated and Red Hat OpenShift Service on AWS are looked after from here.
MANAGED_NAMESPACE = "openshift-backplane"
#: ``mode`` of OpenShiftSDN, which is NetworkPolicy when it is not set.
MIGRATABLE_MODES = ("", "NetworkPolicy")


def _version(snapshot: Snapshot) -> Iterator[Problem]:
    problem = offline_problem(snapshot.version)
    if problem:
        yield Problem(problem)


def _newest_z_stream(snapshot: Snapshot) -> Iterator[Problem]:
    version = snapshot.version
    status = snapshot.cluster_version.get("status") or {}
    offered = [Version.parse(update.get("version", "")) for update in status.get("availableUpdates") or ()]
    newer = [str(o) for o in offered if version and o and (o.major, o.minor) == (version.major, version.minor)]
    if newer:
        newest = max(newer, key=_sortable)
        yield Problem(f"OpenShift {newest} is offered, and {version} runs")


def _sortable(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())


def _platform(snapshot: Snapshot) -> Iterator[Problem]:
    status = snapshot.infrastructure.get("status") or {}
    platform = (status.get("platformStatus") or {}).get("type") or status.get("platform") or ""
    version = snapshot.version
    if not platform:
        yield Problem("infrastructures.config.openshift.io cluster does not tell its platform")
    elif platform not in PLATFORMS:
        yield Problem(f"the offline migration is not supported on platform {platform}")
    elif version is not None:
        first, last = PLATFORMS[platform]
        if version.minor < first:
            yield Problem(f"on platform {platform} the offline migration needs OpenShift 4.{first}; {version} runs")
        elif last < version.minor <= PLATFORMS["None"][1]:
            yield Problem(f"on platform {platform} the offline migration ends with OpenShift 4.{last}; {version} runs")


def _managed(snapshot: Snapshot) -> Iterator[Problem]:
    if (snapshot.infrastructure.get("status") or {}).get("controlPlaneTopology") == "External":
        yield Problem("the control plane is hosted elsewhere (controlPlaneTopology External)")
    if snapshot.aro_clusters:
        yield Problem("this is an Azure Red Hat OpenShift", named("cluster.aro.openshift.io", *snapshot.aro_clusters))
    if any(namespace["metadata"]["name"] == MANAGED_NAMESPACE for namespace in snapshot.namespaces):
        yield Problem(
            f"this is an OpenShift Dedicated or a Red Hat OpenShift Service on AWS (it has namespace "
            f"{MANAGED_NAMESPACE})",
            (f"namespace/{MANAGED_NAMESPACE}",),
        )


def _source(snapshot: Snapshot) -> Iterator[Problem]:
    config, operator = snapshot.networks.config, snapshot.networks.operator
    target, source = snapshot.wanted.target, other(snapshot.wanted.target)
    seen = {config.spec_type, config.status_type, operator.default_type}
    if seen == {target}:
        yield Problem(f"the cluster is on {target} already; there is nothing to migrate")
    elif seen != {source}:
        yield Problem(
            f"the cluster is not wholly on {source}: configured is {config.spec_type or 'nothing'}, applied is "
            f"{config.status_type or 'nothing'}, the operator runs {operator.default_type or 'nothing'}"
        )


def _mode(snapshot: Snapshot) -> Iterator[Problem]:
    mode = snapshot.networks.operator.block(SDN).get("mode", "")
    if mode not in MIGRATABLE_MODES:
        yield Problem(f"OpenShiftSDN isolates in mode {mode}; only NetworkPolicy can be migrated to {OVN}")


CHECKS = (
    Check(
        "version_supported",
        _version,
        severity="block",
        methods=ANY_METHOD,
        title="The offline method is possible on this version of OpenShift, 4.10 to 4.16.",
        remedy="Migrate on a release up to 4.16, before the upgrade to 4.17.",
        stops_rescue=True,
    ),
    Check(
        "version_newest_patch",
        _newest_z_stream,
        severity="warn",
        methods=OFFLINE,
        title="The newest patch release of this minor release runs.",
        remedy="Update first: many faults of the migration have been mended in patch releases.",
    ),
    Check(
        "platform_supported",
        _platform,
        severity="block",
        methods=OFFLINE,
        title="The offline method is supported on this platform, with this version.",
        remedy="Ask Red Hat support for a supported way.",
    ),
    Check(
        "cluster_self_managed",
        _managed,
        severity="block",
        methods=OFFLINE,
        title="The cluster is not a managed service, and its control plane is its own.",
        remedy="Let its service provider migrate it.",
    ),
    Check(
        "source_network_type",
        _source,
        severity="block",
        methods=ANY_METHOD,
        title="The cluster is on the network type that one migrates from.",
        remedy="Let status.yml tell where a migration stands; oc get network.config cluster -o yaml shows the rest.",
        stops_rescue=True,
    ),
    Check(
        "sdn_isolation_mode",
        _mode,
        severity="block",
        methods=OFFLINE,
        title="OpenShiftSDN isolates in mode NetworkPolicy.",
        remedy="Move from Multitenant or Subnet to NetworkPolicy first, with NetworkPolicies in place of projects.",
    ),
)
