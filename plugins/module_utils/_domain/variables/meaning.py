# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules would refuse of the roles' variables, beyond their types: told before the first of them is started.

The rules are the modules' own functions; here stands which variable they are about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from ..borrowing.settings import pool_share
from ..migration.settings import notation_problems
from ..preflight.choices import Choices, invalid_choices
from ..preflight.registry import CHECKS
from ..reboot.plan import batch_size
from ..reboot.ssh import JUMP_HOST
from ..verdicts import listed
from .conversions import shown

Values = Mapping[str, Any]

_OBJECT_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_POD = re.compile(r"[a-z0-9-]+/[a-z0-9][a-z0-9.-]*")
_INTERFACE = re.compile(r"[^\s/]{1,15}")
_USER = re.compile(r"[^\s-]\S*")
#: Variables that hold names of objects; webhook configurations and policies are objects, too.
_NAMES = (
    *("cno_reboot_nodes", "cno_reboot_pools", "cno_prepare_nncp_names", "cno_switch_webhook_names"),
    *("cno_prepare_operators_ignore", "cno_verify_operators_ignore", "cno_cleanup_operators_ignore"),
    *("cno_verify_pods_ignore_namespaces",),
    *("cno_api_services_ignore", "cno_preflight_api_services_ignore", "cno_cleanup_api_services_ignore"),
)


@dataclass(frozen=True)
class Controller:
    """What is asked of the machine that the modules run on.

    :param readable: whether a path is a file that can be read
    :param occupied: whether a path is there and is no directory
    :param installed: whether a program is in the PATH
    """

    readable: Callable[[str], bool]
    occupied: Callable[[str], bool]
    installed: Callable[[str], bool]


def meaning_problems(values: Values, machine: Controller | None) -> list[str]:
    """A sentence for each value that cannot be followed.

    :param values: name of a variable to its value, in the type that it is specified with; others are left out
    :param machine: None when the modules run on another machine, of which nothing is known here
    """
    return [
        *_shares(values),
        *_names(values),
        *_networks(values),
        *_choices(values),
        *_forms(values),
        *(_files(values, machine) if machine else ()),
    ]


def _shares(values: Values) -> Iterable[str]:
    for name in ("cno_reboot_max_unavailable", "cno_verify_reboot_max_unavailable"):
        given = values.get(name)
        parts = (
            {f"{name}.{pool}": share for pool, share in given.items()} if isinstance(given, Mapping) else {name: given}
        )
        for part, share in parts.items():
            if share is not None:
                yield from _refused(part, share, lambda given: batch_size(str(given), of=1))
    for pool, share in (values.get("cno_prepare_max_unavailable") or {}).items():
        yield from _refused(f"cno_prepare_max_unavailable.{pool}", share, pool_share)


def _refused(name: str, value: Any, rule: Callable[[Any], object]) -> Iterable[str]:
    try:
        rule(value)
    except ValueError as error:
        yield f"{name}: {error}"


def _names(values: Values) -> Iterable[str]:
    for variable in _NAMES:
        for name in values.get(variable) or ():
            if not _OBJECT_NAME.fullmatch(name):
                yield f"{variable} has {shown(name)}, which is no name of an object"
    for pod in values.get("cno_verify_pods_baseline") or ():
        if not _POD.fullmatch(pod):
            yield f"cno_verify_pods_baseline has {shown(pod)}, which is not of the form namespace/name"


def _networks(values: Values) -> Iterable[str]:
    for variable in ("cno_prepare_ovn", "cno_preflight_ovn"):
        for option, cidr in (values.get(variable) or {}).items():
            if option.endswith("_subnet"):
                yield from notation_problems(f"{variable}.{option}", cidr, option=option)
    for variable in ("cno_switch_cluster_network", "cno_prepare_cluster_network", "cno_preflight_cluster_network"):
        for place, entry in enumerate(values.get(variable) or ()):
            yield from notation_problems(f"{variable}[{place}].cidr", entry["cidr"], option="cluster_network")
    for cidr in values.get("cno_preflight_external_networks") or ():
        try:
            ip_network(cidr, strict=False)
        except ValueError:
            yield f"cno_preflight_external_networks has {shown(cidr)}, which is neither a network nor an address"


def _choices(values: Values) -> Iterable[str]:
    prefix = "cno_preflight_"
    options: dict[str, Any] = {"acknowledge": [], "skip": [], "severities": {}, "custom_checks": []}
    given = {option: values.get(f"{prefix}{option}", empty) for option, empty in options.items()}
    for text in invalid_choices(Choices.from_params(given), CHECKS):
        option = text.split()[0]
        yield f"{prefix}{text}" if option in options else f"{prefix}custom_checks: {text}"


def _forms(values: Values) -> Iterable[str]:
    directory = values.get("cno_backup_etcd_directory", "/")
    if not directory.startswith("/"):
        yield f"cno_backup_etcd_directory is {shown(directory)}, which is no absolute path"
    bridge = values.get("cno_switch_bridges_name", "br-ex")
    if not _INTERFACE.fullmatch(bridge):
        yield f"cno_switch_bridges_name is {shown(bridge)}, which is no name of an interface"
    user = values.get("cno_reboot_ssh_user", "core")
    if not _USER.fullmatch(user):
        yield f"cno_reboot_ssh_user is {shown(user)}, which is no name of a user"
    jump = values.get("cno_reboot_ssh_jump_host")
    if jump and not JUMP_HOST.fullmatch(jump):
        yield f"cno_reboot_ssh_jump_host is {shown(jump)}, which is not of the form [user@]host[:port]"


def _files(values: Values, machine: Controller) -> Iterable[str]:
    needed = ["cno_reboot_ssh_private_key_file", "cno_kubeconfig"]
    if values.get("cno_reboot_ssh_host_key_checking") == "strict":
        needed.append("cno_reboot_ssh_known_hosts_file")
    for name in needed:
        if values.get(name) and not machine.readable(values[name]):
            yield f"{name} is {shown(values[name])}, which is no file that can be read"
    for name in ("cno_artifacts_dir", "cno_preflight_artifacts_dir", "cno_backup_directory"):
        if values.get(name) and machine.occupied(values[name]):
            yield f"{name} is {shown(values[name])}, which is there and is no directory"
    if "ssh" in values.get("cno_reboot_strategy", "rsh") and not machine.installed("ssh"):
        yield "cno_reboot_strategy needs ssh, and there is no ssh in the PATH of this machine"


def absent_from_cluster(values: Values, *, nodes: Collection[str], pools: Collection[str]) -> list[str]:
    """What the variables name, and the cluster does not have.

    :param nodes: names of the cluster's nodes
    :param pools: names of its MachineConfigPools
    """
    shares, etcd_node = values.get("cno_reboot_max_unavailable"), values.get("cno_backup_etcd_node")
    named = (
        ("cno_reboot_nodes", values.get("cno_reboot_nodes") or (), "node", nodes),
        (
            "cno_backup_etcd_node",
            [etcd_node] if etcd_node else (),
            "node",
            nodes,
        ),
        ("cno_reboot_pools", values.get("cno_reboot_pools") or (), "pool", pools),
        ("cno_reboot_max_unavailable", shares if isinstance(shares, Mapping) else (), "pool", pools),
        ("cno_prepare_max_unavailable", values.get("cno_prepare_max_unavailable") or (), "pool", pools),
    )
    return [
        f"{variable} names {shown(name)}, and this cluster has no such {what}; it has {listed(sorted(known)) or 'none'}"
        for variable, names, what, known in named
        for name in names
        if name not in known
    ]
