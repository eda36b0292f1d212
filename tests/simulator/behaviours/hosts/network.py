"""The network of a host as its own programs show it: interfaces, routes, rules, bridges, sysctls."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulator.behaviours.hosts.machines import BRIDGE, Machine
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult, Object
from tests.simulator.seed.context import CLUSTER_NETWORK, HOST_MTU, MACHINE_NETWORK, SERVICE_NETWORK
from tests.simulator.seed.layout import STORAGE, Layout, layout
from tests.simulator.seed.nmstate import GATEWAY, STATIC_ROUTE, STATIC_RULE
from tests.simulator.topology import NodePlan

SDN, OVN = "OpenShiftSDN", "OVNKubernetes"
_OPERATOR = "networks.operator.openshift.io"
#: what OVN-Kubernetes marks traffic to the host with that has to come back through its management port
#: (ovn-kubernetes, go-controller/pkg/node/gateway_shared_intf.go: ovnkubeITPMark, ovnkubeSvcViaMgmPortRT)
_OVN_RULE = {"priority": 30, "src": "all", "fwmark": "0x1745ec", "table": "7"}
_BASE_RULES = (
    {"priority": 0, "src": "all", "table": "local"},
    {"priority": 32766, "src": "all", "table": "main"},
    {"priority": 32767, "src": "all", "table": "default"},
)


@dataclass(frozen=True)
class HostNetwork:
    """The network of one machine at this moment."""

    world: World
    machine: Machine
    plan: NodePlan

    @property
    def layout(self) -> Layout:
        return layout(self.world.options)

    @property
    def device(self) -> str:
        """The interface with the node's address: configure-ovs.sh has moved it to the bridge where there is one."""
        return BRIDGE if self.machine.bridge else self.layout.primary

    # interfaces

    @property
    def mtus(self) -> dict[str, int]:
        """Interface to MTU."""
        names = {"lo": 65536, **dict.fromkeys(self.layout.names, HOST_MTU)}
        if self.machine.bridge:
            names[BRIDGE] = HOST_MTU
        if self.machine.network == OVN:
            names |= {"ovn-k8s-mp0": self._plugin_mtu(OVN), "genev_sys_6081": 65000}
        elif self.machine.network == SDN:
            names |= {"vxlan_sys_4789": 65000, "tun0": self._plugin_mtu(SDN)}
        return names

    @property
    def bridges(self) -> list[str]:
        """The bridges of Open vSwitch."""
        found = [BRIDGE] if self.machine.bridge else []
        if self.machine.network == OVN or (self.machine.bridge and self.machine.network is not SDN):
            found.append("br-int")
        if self.machine.network == SDN:
            found.append("br0")
        return sorted(found)

    def _plugin_mtu(self, plugin: str) -> int:
        block, overhead = ("openshiftSDNConfig", 50) if plugin == SDN else ("ovnKubernetesConfig", 100)
        return int(self._default_network.get(block, {}).get("mtu") or HOST_MTU - overhead)

    @property
    def _default_network(self) -> Object:
        found = self.world.store.find(_OPERATOR, "cluster") or {}
        network: Object = (found.get("spec") or {}).get("defaultNetwork") or {}
        return {key: value for key, value in network.items() if value is not None}

    def _address_of(self, name: str) -> str | None:
        management = {"tun0": f"{self.plan.subnet_prefix}.1/23", "ovn-k8s-mp0": f"{self.plan.subnet_prefix}.2/23"}
        own = {
            "lo": "127.0.0.1/8",
            self.device: f"{self.plan.address}/16",
            STORAGE: f"10.1.0.{self.plan.index + 10}/24",
        }
        return {**management, **own}.get(name)

    # sysctls

    @property
    def forwards(self) -> bool:
        """``net.ipv4.ip_forward``: by /etc/sysctl.d/forward.conf, read at the boot, by OpenShift SDN, which does not
        run without it (openshift/sdn, pkg/network/node/sdn_controller.go), or by ``ipForwarding: Global``."""
        if self.world.profile.forward_conf == "always" or SDN in (
            self.machine.booted_network_type,
            self.machine.network,
        ):
            return True
        gateway = self._default_network.get("ovnKubernetesConfig", {}).get("gatewayConfig") or {}
        return self.machine.network == OVN and gateway.get("ipForwarding") == "Global"

    def sysctl(self, key: str) -> str | None:
        forward = str(int(self.forwards))
        known = {
            "net.ipv4.ip_forward": forward,
            "net.ipv4.conf.all.forwarding": forward,
            "net.ipv6.conf.all.forwarding": forward,
            "net.ipv4.conf.all.rp_filter": "0",
            "kernel.hostname": self.machine.name,
        }
        known |= {f"net.ipv4.conf.{name}.forwarding": forward for name in self.mtus}
        return known.get(key.replace("/", "."))

    # ip

    @property
    def routes(self) -> list[dict[str, Any]]:
        """The main table, as ``ip -j route`` shows it."""
        address, device, cluster = self.plan.address, self.device, CLUSTER_NETWORK["cidr"]
        metric = {"metric": 48 if self.machine.bridge else 100}
        found: list[dict[str, Any]] = [
            {"dst": "default", "gateway": GATEWAY, "dev": device, "protocol": "dhcp", "prefsrc": address, **metric},
            {
                "dst": MACHINE_NETWORK,
                "dev": device,
                "protocol": "kernel",
                "scope": "link",
                "prefsrc": address,
                **metric,
            },
        ]
        if self.layout.storage:
            own = f"10.1.0.{self.plan.index + 10}"
            found.append(
                {
                    "dst": "10.1.0.0/24",
                    "dev": STORAGE,
                    "protocol": "kernel",
                    "scope": "link",
                    "prefsrc": own,
                    "metric": 101,
                }
            )
        if self.machine.network == SDN:
            found.append({"dst": cluster, "dev": "tun0", "scope": "link"})
            found.append({"dst": SERVICE_NETWORK, "dev": "tun0"})
        elif self.machine.network == OVN:
            gateway = f"{self.plan.subnet_prefix}.1"
            found.append({"dst": cluster, "gateway": gateway, "dev": "ovn-k8s-mp0"})
            found.append({"dst": self.plan.subnet, "dev": "ovn-k8s-mp0", "protocol": "kernel", "scope": "link"})
            found.append({"dst": "169.254.169.0/29", "dev": BRIDGE, "protocol": "kernel", "scope": "link"})
            found.append(
                {"dst": SERVICE_NETWORK, "gateway": "169.254.169.4", "dev": BRIDGE, "mtu": self._plugin_mtu(OVN)}
            )
        if self.layout.routed:
            static = {"dst": STATIC_ROUTE["destination"], "gateway": STATIC_ROUTE["next-hop-address"], "dev": device}
            found.append({**static, "protocol": "static", "metric": STATIC_ROUTE["metric"]})
        return [{**route, "flags": []} for route in found]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """As ``ip -j rule`` shows them."""
        more: list[dict[str, Any]] = [_OVN_RULE] if self.machine.network == OVN else []
        if self.layout.routed:
            source, _slash, length = STATIC_RULE["ip-from"].partition("/")
            made = {"priority": STATIC_RULE["priority"], "src": source, "srclen": int(length)}
            more.append({**made, "table": str(STATIC_RULE["route-table"])})
        return sorted([*_BASE_RULES, *more], key=lambda rule: int(rule["priority"]))

    @property
    def links(self) -> list[dict[str, Any]]:
        """As ``ip -j addr`` shows them."""
        return [self._link(number, name, mtu) for number, (name, mtu) in enumerate(self.mtus.items(), start=1)]

    def _link(self, number: int, name: str, mtu: int) -> dict[str, Any]:
        loop = name == "lo"
        link: dict[str, Any] = {
            "ifindex": number,
            "ifname": name,
            "flags": ["LOOPBACK", "UP", "LOWER_UP"] if loop else ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
            "mtu": mtu,
            "qdisc": "noqueue" if loop else "fq_codel",
            "operstate": "UNKNOWN" if loop else "UP",
            "group": "default",
            "link_type": "loopback" if loop else "ether",
        }
        if name in self.layout.bonded:
            link["master"] = "bond0"
        elif self.machine.bridge and name == self.layout.primary:
            link["master"] = "ovs-system"
        address = self._address_of(name)
        family = []
        if address is not None:
            local, _slash, length = address.partition("/")
            scope = "host" if loop else "global"
            family = [{"family": "inet", "local": local, "prefixlen": int(length), "scope": scope, "label": name}]
        return {**link, "addr_info": family}


def ip(network: HostNetwork, arguments: Sequence[str]) -> ExecResult:
    """``ip [-j] route|rule|addr|link [show] [default|table T|dev D]``."""
    flags = [word for word in arguments if word.startswith("-")]
    words = [word for word in arguments if not word.startswith("-")]
    if not words:
        return ExecResult(stderr="Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n", exit_code=255)
    kind, rest = words[0], [word for word in words[1:] if word not in ("show", "list", "ls", "s", "l")]
    line: Callable[[dict[str, Any]], str]
    if "route".startswith(kind) and kind != "ru":
        rows, line = _selected(network.routes, rest), _route_line
    elif "rule".startswith(kind):
        rows, line = network.rules, _rule_line
    elif "address".startswith(kind) or "link".startswith(kind):
        rows, line = _links(network, rest), _link_line
        if not rows:
            return ExecResult(stderr=f'Device "{rest[-1]}" does not exist.\n', exit_code=1)
    else:
        return ExecResult(stderr=f'Object "{kind}" is unknown, try "ip help".\n', exit_code=1)
    if "-6" in flags:
        rows = []
    if any(flag in ("-j", "-json") or (len(flag) < 5 and "j" in flag) for flag in flags):
        return ExecResult(json.dumps(rows, separators=(",", ":")) + "\n")
    return ExecResult("".join(line(row) + "\n" for row in rows))


def _links(network: HostNetwork, rest: Sequence[str]) -> list[dict[str, Any]]:
    wanted = [word for word in rest if word not in ("dev", "up")]
    return [link for link in network.links if not wanted or link["ifname"] in wanted]


def _selected(routes: list[dict[str, Any]], rest: Sequence[str]) -> list[dict[str, Any]]:
    words = list(rest)
    while words:
        word = words.pop(0)
        if word in ("default", "0.0.0.0/0"):
            routes = [route for route in routes if route["dst"] == "default"]
        elif word == "dev" and words:
            device = words.pop(0)
            routes = [route for route in routes if route["dev"] == device]
        elif word == "table" and words and words.pop(0) not in ("all", "main", "254"):
            routes = []
    return routes


def _route_line(route: dict[str, Any]) -> str:
    names = (("gateway", "via"), ("dev", "dev"), ("protocol", "proto"), ("scope", "scope"), ("prefsrc", "src"))
    parts = [f"{word} {route[key]}" for key, word in (*names, ("metric", "metric"), ("mtu", "mtu")) if key in route]
    return " ".join([route["dst"], *parts]) + " "


def _rule_line(rule: dict[str, Any]) -> str:
    source = f"{rule['src']}/{rule['srclen']}" if "srclen" in rule else rule["src"]
    mark = f" fwmark {rule['fwmark']}" if "fwmark" in rule else ""
    return f"{rule['priority']}:\tfrom {source}{mark} lookup {rule['table']}"


def _link_line(link: dict[str, Any]) -> str:
    head = f"{link['ifindex']}: {link['ifname']}: <{','.join(link['flags'])}> mtu {link['mtu']} "
    head += f"qdisc {link['qdisc']} state {link['operstate']} group default"
    return "\n".join(
        [head, *(f"    inet {a['local']}/{a['prefixlen']} scope {a['scope']} {a['label']}" for a in link["addr_info"])]
    )
