"""What the operator refuses (cluster-network-operator, pkg/network: Validate and IsChangeSafe), in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, ip_interface, ip_network
from typing import Any

from tests.simulator.behaviours.cno.defaults import BLOCKS, OVN, SDN, SDN_MODES, encapsulation, plugin_mtu
from tests.simulator.ports import Object
from tests.simulator.profiles import Profile

_ANY_ADDRESS = ("", "0.0.0.0", "::")
_MTU_RANGE = {SDN: (576, 65536), OVN: (576, 65536)}


class Refused(Exception):
    """Go's ``invalid configuration: [e1 e2]``."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(f"invalid configuration: [{' '.join(errors)}]")
        self.errors = errors


def check(spec: Object, *, profile: Profile) -> None:
    """``Validate``: raise ``Refused`` when the configuration makes no sense in itself.

    Of the plugins' blocks only that of the current type is looked at.
    """
    errors = [*_pool_errors(spec)]
    network_type = spec["defaultNetwork"]["type"]
    block = spec["defaultNetwork"].get(BLOCKS.get(network_type, "")) or {}
    if network_type == SDN:
        errors += _sdn_errors(spec, block)
    elif network_type == OVN:
        errors += _ovn_errors(spec, block, profile=profile)
    if errors:
        raise Refused(errors)


def check_change(previous: Object | None, following: Object, *, profile: Profile) -> None:
    """``IsChangeSafe``: raise ``Refused`` when ``following`` must not come after the applied ``previous``.

    Both have their defaults filled in.
    """
    if previous is None or previous == following:
        return
    errors = [
        *_network_change_errors(previous, following, profile=profile),
        *_type_change_errors(previous, following, profile=profile),
        *_migration_change_errors(previous, following, profile=profile),
    ]
    if errors:
        raise Refused(errors)


def _pool_errors(spec: Object) -> list[str]:
    errors = []
    for index, pool in enumerate(spec.get("clusterNetwork") or ()):
        cidr = pool.get("cidr", "")
        if not _parses(cidr):
            errors.append(f'could not parse ClusterNetwork {index} CIDR "{cidr}": invalid CIDR address: {cidr}')
    for index, cidr in enumerate(spec.get("serviceNetwork") or ()):
        if not _parses(cidr):
            errors.append(f'could not parse ServiceNetwork {index} CIDR "{cidr}": invalid CIDR address: {cidr}')
    return errors


def _sdn_errors(spec: Object, block: Mapping[str, Any]) -> list[str]:
    errors = []
    if not spec.get("clusterNetwork"):
        errors.append("ClusterNetwork cannot be empty")
    if len(spec.get("serviceNetwork") or ()) != 1:
        errors.append("ServiceNetwork must have exactly 1 entry")
    if block.get("mode", "NetworkPolicy") not in SDN_MODES:
        errors.append(f'invalid openshift-sdn mode "{block["mode"]}"')
    errors += _port_error(block, "vxlanPort", "VXLANPort") + _mtu_error(block)
    if spec.get("deployKubeProxy"):
        errors.append("openshift-sdn does not support 'deployKubeProxy: true'")
    return errors


def _ovn_errors(spec: Object, block: Mapping[str, Any], *, profile: Profile) -> list[str]:
    errors = []
    if not spec.get("clusterNetwork"):
        errors.append("ClusterNetwork cannot be empty")
    errors += _mtu_error(block) + _port_error(block, "genevePort", "GenevePort")
    errors += _join_subnet_errors(spec, block, profile=profile)
    proxy = spec.get("kubeProxyConfig") or {}
    if (
        proxy.get("iptablesSyncPeriod")
        or proxy.get("proxyArguments")
        or proxy.get("bindAddress", "") not in _ANY_ADDRESS
    ):
        errors.append('network type "OVNKubernetes" does not allow specifying kube-proxy options')
    return errors


def _mtu_error(block: Mapping[str, Any]) -> list[str]:
    mtu = block.get("mtu")
    return [f"invalid MTU {mtu}"] if mtu is not None and not 576 <= mtu <= 65536 else []


def _port_error(block: Mapping[str, Any], field: str, shown: str) -> list[str]:
    port = block.get(field)
    return [f"invalid {shown} {port}"] if port is not None and not 1 <= port <= 65535 else []


def _join_subnet_errors(spec: Object, block: Mapping[str, Any], *, profile: Profile) -> list[str]:
    """Only a subnet that was set explicitly is looked at; the default 100.64.0.0/16 is not (offline migration)."""
    subnet = (block.get("ipv4") or {}).get("internalJoinSubnet") or block.get("v4InternalSubnet")
    if not subnet or not _parses(subnet):
        return [f"v4InternalSubnet is invalid: invalid CIDR address: {subnet}"] if subnet else []
    join = ip_network(subnet, strict=False)
    pools = [*(pool.get("cidr", "") for pool in spec.get("clusterNetwork") or ()), *(spec.get("serviceNetwork") or ())]
    errors = [
        profile.join_subnet_overlap.format(subnet=subnet, cidr=cidr)
        for cidr in pools
        if _parses(cidr) and ip_network(cidr, strict=False).overlaps(join)
    ]
    nodes = sum(
        2 ** (pool.get("hostPrefix", 23) - ip_network(pool["cidr"], strict=False).prefixlen)
        for pool in spec.get("clusterNetwork") or ()
        if _parses(pool.get("cidr", "")) and isinstance(ip_network(pool["cidr"], strict=False), IPv4Network)
    )
    if join.num_addresses < nodes:
        errors.append(profile.join_subnet_small.format(subnet=subnet))
    return errors


def _network_change_errors(previous: Object, following: Object, *, profile: Profile) -> list[str]:
    """``isNetworkChangeSafe``; the platforms of dual stack are not looked at."""
    old_services, new_services = previous.get("serviceNetwork") or [], following.get("serviceNetwork") or []
    same_service = old_services == new_services
    if previous.get("migration") is not None:
        return [] if same_service else ["cannot change ServiceNetwork during migration"]
    old, new = previous.get("clusterNetwork") or [], following.get("clusterNetwork") or []
    if same_service and old == new:
        return []
    if len(old_services) != len(new_services):
        return _dual_stack_errors(previous, following)
    if not same_service:
        return ["unsupported change to ServiceNetwork"]
    if not profile.cluster_network_expandable:
        return ["unsupported change to ClusterNetwork"]
    return _expansion_errors(old, new, network_type=following["defaultNetwork"]["type"])


def _dual_stack_errors(previous: Object, following: Object) -> list[str]:
    if previous["serviceNetwork"][:1] != following["serviceNetwork"][:1]:
        return ["cannot change primary ServiceNetwork when migrating to/from dual-stack"]
    shared = min(len(previous["clusterNetwork"]), len(following["clusterNetwork"]))
    if previous["clusterNetwork"][:shared] != following["clusterNetwork"][:shared]:
        return ["cannot change primary ClusterNetwork when migrating to/from dual-stack"]
    return []


def _expansion_errors(old: list[Object], new: list[Object], *, network_type: str) -> list[str]:
    """``isClusterNetworkChangeSafe``, from 4.13: OVN-Kubernetes' networks may grow in place."""
    if len(old) != len(new):
        return ["adding/removing clusterNetwork entries of the same type is not supported"]
    if network_type != OVN:
        return [f"network type is {network_type}. changing clusterNetwork entries is only supported for OVNKubernetes"]
    for before, after in zip(sorted(old, key=_cidr), sorted(new, key=_cidr), strict=True):
        if before.get("hostPrefix") != after.get("hostPrefix"):
            return ["modifying a clusterNetwork's hostPrefix value is unsupported"]
        was, will = ip_interface(before["cidr"]), ip_interface(after["cidr"])
        if was.ip != will.ip:
            return ["modifying IP network value for clusterNetwork CIDR is unsupported"]
        if was.network.prefixlen < will.network.prefixlen:
            return ["reducing IP range with a larger CIDR mask for clusterNetwork CIDR is unsupported"]
    return []


def _cidr(pool: Object) -> str:
    return str(pool["cidr"])


def _type_change_errors(previous: Object, following: Object, *, profile: Profile) -> list[str]:
    before, after = previous["defaultNetwork"]["type"], following["defaultNetwork"]["type"]
    migration = previous.get("migration")
    if before != after:
        if migration is None:
            return ["cannot change default network type when not doing migration"]
        if (migration.get("networkType") or "") != after:
            return ["can only change default network type to the target migration network type"]
        return []
    if (migration or {}).get("networkType"):
        return []
    if before == SDN:
        return _sdn_change_errors(previous, following)
    return _ovn_change_errors(previous, following, profile=profile) if before == OVN else []


def _sdn_change_errors(previous: Object, following: Object) -> list[str]:
    old, new = _blocks(previous, following, SDN)
    errors = []
    if old.get("mode") != new.get("mode"):
        errors.append("cannot change openshift-sdn mode")
    if old.get("vxlanPort") != new.get("vxlanPort"):
        errors.append("cannot change openshift-sdn vxlanPort")
    return errors + _mtu_change_errors(previous, following, "cannot change openshift-sdn mtu without migration")


def _ovn_change_errors(previous: Object, following: Object, *, profile: Profile) -> list[str]:
    old, new = _blocks(previous, following, OVN)
    frozen = {"hybridOverlayConfig": "cannot edit a running hybrid overlay network"}
    if profile.ipsec_frozen:
        frozen["ipsecConfig"] = "cannot edit IPsec configuration at runtime"
    errors = _mtu_change_errors(previous, following, "cannot change ovn-kubernetes MTU without migration")
    if old.get("genevePort") != new.get("genevePort"):
        errors.append("cannot change ovn-kubernetes genevePort")
    for field, words in frozen.items():
        if old.get(field) is not None and new.get(field) is not None and old[field] != new[field]:
            errors.append(words)
    return errors


def _mtu_change_errors(previous: Object, following: Object, words: str) -> list[str]:
    mtu = (following.get("migration") or {}).get("mtu")
    if mtu is None:
        return [] if plugin_mtu(previous) == plugin_mtu(following) else [words]
    network, machine = mtu.get("network") or {}, mtu.get("machine") or {}
    start, end, hosts = network.get("from"), network.get("to"), machine.get("to")
    if start is None or end is None or hosts is None:
        return ["invalid Migration.MTU, at least one of the required fields is missing"]
    errors = []
    applied = plugin_mtu(previous)
    if start != applied:
        errors.append(f"invalid Migration.MTU.Network.From({start}) not equal to the currently applied MTU({applied})")
    lowest, highest = _MTU_RANGE[following["defaultNetwork"]["type"]]
    if not lowest <= end <= highest:
        errors.append(f"invalid Migration.MTU.Network.To({end}), has to be in range: {lowest}-{highest}")
    needed = end + encapsulation(following)
    if needed > hosts:
        errors.append(f"invalid Migration.MTU.Machine.To({hosts}), has to be at least {needed}")
    return errors


def _migration_change_errors(previous: Object, following: Object, *, profile: Profile) -> list[str]:
    before, after = previous.get("migration"), following.get("migration")
    if before is None or after is None:
        return []
    old, new = before.get("networkType") or "", after.get("networkType") or ""
    if profile.migration_change_rule == "any_difference":
        changed = old != new
    else:
        changed = bool(old and new) and (old, before.get("mode") or "") != (new, after.get("mode") or "")
    return ["cannot change migration network type after migration has started"] if changed else []


def _blocks(previous: Object, following: Object, network_type: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    name = BLOCKS[network_type]
    return previous["defaultNetwork"].get(name) or {}, following["defaultNetwork"].get(name) or {}


def _parses(cidr: str) -> bool:
    try:
        ip_network(cidr, strict=False)
    except ValueError:
        return False
    return "/" in cidr
