"""Builds of OpenShift, and what came with which: a backport is in the builds that were made after it was merged.

Of each minor version there are an early build, one in the middle and the last one that is known here. Dates are those
of the CoreOS that the build contains, or of its advisory; digests and commits only look like real ones. CNO is
openshift/cluster-network-operator, at the branch of the minor version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Build:
    """One release: what it calls itself and its parts."""

    #: ``4.14.31``: ClusterVersion, versions of the ClusterOperators
    version: str
    #: what was merged up to this day is in it
    built: date
    #: the kubelet's and the API server's version, ``v1.27.15+…``
    kubernetes_version: str
    #: ``414.92.…-0``, the version of Red Hat Enterprise Linux CoreOS
    rhcos_version: str
    #: ``status.nodeInfo`` of a node
    kernel_version: str
    container_runtime_version: str

    @property
    def minor(self) -> str:
        """``4.14``."""
        return ".".join(self.version.split(".")[:2])

    @property
    def os_image(self) -> str:
        """``status.nodeInfo.osImage``; from 4.16 it has no code name."""
        names = {"86": " (Ootpa)", "92": " (Plow)"}
        return f"Red Hat Enterprise Linux CoreOS {self.rhcos_version}{names.get(self.rhcos_version.split('.')[1], '')}"

    @property
    def release_image(self) -> str:
        return f"quay.io/openshift-release-dev/ocp-release@sha256:{self._digest('release')}"

    @property
    def mco_commit(self) -> str:
        """Of the machine-config-operator: annotation ``…/generated-by-controller-version`` and the ControllerConfig's
        conditions."""
        return self._digest("machine-config-operator")[:40]

    def _digest(self, what: str) -> str:
        return sha256(f"{what} {self.version}".encode()).hexdigest()


#: oldest first
BUILDS: tuple[Build, ...] = (
    Build(
        version="4.12.0",
        built=date(2023, 1, 6),
        kubernetes_version="v1.25.4+77bec7a",
        rhcos_version="412.86.202301061548-0",
        kernel_version="4.18.0-372.40.1.el8_6.x86_64",
        container_runtime_version="cri-o://1.25.1-5.rhaos4.12.git6005903.el8",
    ),
    Build(
        version="4.12.40",
        built=date(2023, 10, 17),
        kubernetes_version="v1.25.14+20cda61",
        rhcos_version="412.86.202310170023-0",
        kernel_version="4.18.0-372.76.1.el8_6.x86_64",
        container_runtime_version="cri-o://1.25.4-4.1.rhaos4.12.gitb9319a2.el8",
    ),
    Build(
        version="4.12.81",
        built=date(2025, 10, 6),
        kubernetes_version="v1.25.16+c5a9b2e",
        rhcos_version="412.86.202510061112-0",
        kernel_version="4.18.0-372.160.1.el8_6.x86_64",
        container_runtime_version="cri-o://1.25.5-33.rhaos4.12.git8b5a3e1.el8",
    ),
    Build(
        version="4.13.0",
        built=date(2023, 5, 2),
        kubernetes_version="v1.26.3+b404935",
        rhcos_version="413.92.202305021736-0",
        kernel_version="5.14.0-284.13.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.26.3-3.rhaos4.13.git641290e.el9",
    ),
    Build(
        version="4.13.9",
        built=date(2023, 8, 9),
        kubernetes_version="v1.26.6+6bf3f75",
        rhcos_version="413.92.202308091852-0",
        kernel_version="5.14.0-284.25.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.26.4-3.rhaos4.13.git615a02c.el9",
    ),
    Build(
        version="4.13.69",
        built=date(2026, 7, 14),
        kubernetes_version="v1.26.15+e2f1c5d",
        rhcos_version="413.92.202607140934-0",
        kernel_version="5.14.0-284.168.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.26.5-41.rhaos4.13.git2c8d0f7.el9",
    ),
    Build(
        version="4.14.0",
        built=date(2023, 10, 17),
        kubernetes_version="v1.27.6+f67aeb3",
        rhcos_version="414.92.202310170514-0",
        kernel_version="5.14.0-284.36.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.27.1-8.1.rhaos4.14.git3fecb83.el9",
    ),
    Build(
        version="4.14.31",
        built=date(2024, 7, 9),
        kubernetes_version="v1.27.15+6147456",
        rhcos_version="414.92.202407091253-0",
        kernel_version="5.14.0-284.73.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.27.7-3.rhaos4.14.git674563e.el9",
    ),
    Build(
        version="4.14.57",
        built=date(2025, 9, 23),
        kubernetes_version="v1.27.16+d5e8a91",
        rhcos_version="414.92.202509231014-0",
        kernel_version="5.14.0-284.141.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.27.8-24.rhaos4.14.git5d1e9c2.el9",
    ),
    Build(
        version="4.15.0",
        built=date(2024, 2, 20),
        kubernetes_version="v1.28.6+6216ea1",
        rhcos_version="415.92.202402201450-0",
        kernel_version="5.14.0-284.54.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.28.3-13.rhaos4.15.gitb7c2f1a.el9",
    ),
    Build(
        version="4.15.33",
        built=date(2024, 9, 10),
        kubernetes_version="v1.28.13+2ca1a23",
        rhcos_version="415.92.202409101905-0",
        kernel_version="5.14.0-284.84.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.28.10-3.rhaos4.15.git368cd23.el9",
    ),
    Build(
        version="4.15.58",
        built=date(2025, 9, 30),
        kubernetes_version="v1.28.15+f3a6d07",
        rhcos_version="415.92.202509300845-0",
        kernel_version="5.14.0-284.141.1.el9_2.x86_64",
        container_runtime_version="cri-o://1.28.11-19.rhaos4.15.git9e4b6a8.el9",
    ),
    Build(
        version="4.16.0",
        built=date(2024, 6, 17),
        kubernetes_version="v1.29.5+29c95f3",
        rhcos_version="416.94.202406172220-0",
        kernel_version="5.14.0-427.22.1.el9_4.x86_64",
        container_runtime_version="cri-o://1.29.5-5.rhaos4.16.git7032128.el9",
    ),
    Build(
        version="4.16.24",
        built=date(2024, 11, 20),
        kubernetes_version="v1.29.10+67d3387",
        rhcos_version="416.94.202411201433-0",
        kernel_version="5.14.0-427.47.1.el9_4.x86_64",
        container_runtime_version="cri-o://1.29.10-3.rhaos4.16.git319967e.el9",
    ),
    Build(
        version="4.16.62",
        built=date(2026, 5, 6),
        kubernetes_version="v1.29.14+a0b7c4e",
        rhcos_version="416.94.202605061307-0",
        kernel_version="5.14.0-427.121.1.el9_4.x86_64",
        container_runtime_version="cri-o://1.29.13-27.rhaos4.16.git6f2d8b3.el9",
    ),
    Build(
        version="4.17.9",
        built=date(2024, 12, 4),
        kubernetes_version="v1.30.6",
        rhcos_version="417.94.202412040832-0",
        kernel_version="5.14.0-427.47.1.el9_4.x86_64",
        container_runtime_version="cri-o://1.30.7-2.rhaos4.17.git2391edc.el9",
    ),
)


@dataclass(frozen=True)
class Change:
    """What a merge changed in the builds after it: fields of ``Profile`` and their new values."""

    minor: str
    merged: date
    #: pull request or commit
    source: str
    fields: Mapping[str, Any]


def _change(minor: str, merged: str, source: str, **fields: Any) -> Change:
    return Change(minor, date.fromisoformat(merged), source, MappingProxyType(fields))


#: Changes within a minor version that a client of the API can see; what a minor version began with is its ``Profile``.
CHANGES: tuple[Change, ...] = (
    _change("4.14", "2023-11-22", "CNO PR 2096, upgrades with Kuryr", network_upgradeable="kuryr"),
    _change("4.14", "2024-09-10", "CNO PR 2473", ovn_subnets_by_family=True, masquerade_subnets=True),
    _change("4.15", "2024-07-04", "CNO PR 2375", ovn_subnets_by_family=True),
    _change("4.16", "2025-01-07", "CNO PR 2552, 4570d9c69", feature_conversion="type_is_target"),
    _change(
        "4.16",
        "2025-04-24",
        "CNO PR 2673, 6b2c571e3",
        automatic_egress_ip="cidrs",
        egress_cidrs_from_primary_address=True,
    ),
    _change("4.16", "2025-08-04", "CNO PR 2736, 61aa597ac", ipsec="mode_and_full"),
    _change("4.16", "2025-10-20", "CNO PR 2760, b1d50df0e", network_upgradeable="sdn_and_migration"),
)
