"""What can be made to go wrong, at the start or while the simulator runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

#: kind -> what its target is, and what it does
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "api_outage": "no target: the API's port answers nobody",
        "api_hangs": "no target: the API's port accepts connections and says nothing; target control-plane: so it does "
        "for `for` seconds (default 30) when an API server goes down",
        "api_denies": "no target: the API server has only just started and has read no roles yet, so it denies all "
        "and is not ready; with `count` for so many requests",
        "roles_read_late": "no target: `api_denies` for `for` seconds (default 2) whenever an API server has started",
        "exec_dropped": "node: the exec stream breaks off after the command was started",
        "exec_ignored": "node: commands succeed and do nothing (a shutdown never happens)",
        "node_never_returns": "node: once down it stays down until the fault is removed",
        "node_slow": "node: its down time is multiplied by `factor` (default 5)",
        "pool_degraded": "pool (or node, with `node`): the machine-config-daemon reports Degraded with `reason`, "
        "at once and always; with `when=update` when it is to take another configuration, with `when=write` after "
        "the node was drained for it",
        "drain_blocked": "node: its drain never succeeds",
        "cno_refuses": "no target: the network operator refuses every configuration with `message`",
        "conflict_storm": "resource key or nothing: writes answer 409, `count` times",
        "throttle_storm": "resource key or nothing: requests answer 429, `count` times",
        "token_expired": "user or nothing: bearer tokens answer 401",
        "ssh_refused": "node: its ssh server refuses connections",
        "ssh_host_key_changed": "node: its ssh server shows another host key than the one in known_hosts",
        "sudo_denied": "node: sudo wants a password of user core",
        "br_ex_missing": "node: configure-ovs.sh fails at the next boot with OVN-Kubernetes' configuration, and "
        "kubelet, which requires it, stays down until the fault ends; with `kubelet=runs` it starts without br-ex",
        "ca_rotated": "no target: from now on the CA of the kubelets' clients is another one",
        "etcd_backup_fails": "node: cluster-backup.sh fails with `message`; with `mode=empty` it says that all is well",
        "csr_pending": "node: its kubelet's certificates have expired when it boots, and nobody approves new ones",
        "csr_foreign": "node or nothing: certificate signing requests that no kubelet of this cluster would make",
        "namespace_stuck": "namespace: its deletion never finishes",
    }
)


class FaultError(ValueError):
    """A fault that cannot be understood; the message says why."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. An empty target means every target.

    Parameters known to all kinds: ``seconds`` (simulated, after which it ends) and ``count`` (how often it strikes).
    """

    kind: str
    target: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FaultError(f"unknown fault {self.kind!r}: choose from {', '.join(sorted(KINDS))}")

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.params.get(name, default)

    def hits(self, target: str) -> bool:
        return self.target in ("", "*") or not target or self.target == target

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "target": self.target, "params": dict(self.params)}


def parse_fault(text: str) -> Fault:
    """``kind[:target][,name=value]…``, as on the command line: ``node_slow:worker-1,factor=3``."""
    head, *assignments = text.strip().split(",")
    kind, _colon, target = head.partition(":")
    params = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise FaultError(f"fault {text!r}: expected name=value, got {assignment!r}")
        params[name.strip()] = _value(value.strip())
    return Fault(kind.strip(), target.strip(), params)


def fault_from_json(body: Any) -> Fault:
    """``{"kind": …, "target": …, "params": {…}}`` (parameters may also stand beside ``kind``), or the text form."""
    if isinstance(body, str):
        return parse_fault(body)
    if not isinstance(body, Mapping) or not isinstance(body.get("kind"), str):
        raise FaultError("a fault is an object with a string `kind`")
    params = {key: value for key, value in body.items() if key not in ("kind", "target", "params")}
    params.update(body.get("params") or {})
    return Fault(body["kind"], str(body.get("target") or ""), params)


class Faults:
    """The faults at work now."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._left: dict[int, int] = {}
        self._listeners: list[Callable[[Fault, bool], None]] = []

    def __iter__(self) -> Any:
        return iter(tuple(self._faults))

    def on_change(self, listener: Callable[[Fault, bool], None]) -> None:
        """``listener(fault, added)`` after each change."""
        self._listeners.append(listener)

    def add(self, fault: Fault | str) -> Fault:
        """Start a fault; one of the same kind and target is replaced."""
        fault = parse_fault(fault) if isinstance(fault, str) else fault
        self.remove(fault.kind, fault.target)
        self._faults.append(fault)
        if "count" in fault.params:
            self._left[id(fault)] = int(fault.params["count"])
        self._tell(fault, added=True)
        return fault

    def remove(self, kind: str, target: str | None = None) -> list[Fault]:
        """End the faults of a kind (of one target when given); returns them."""
        gone = [fault for fault in self._faults if fault.kind == kind and target in (None, fault.target)]
        for fault in gone:
            self._faults = [other for other in self._faults if other is not fault]
            self._left.pop(id(fault), None)
            self._tell(fault, added=False)
        return gone

    def active(self, kind: str, target: str = "") -> Fault | None:
        """The fault of this kind that hits ``target``, if there is one."""
        return next((fault for fault in self._faults if fault.kind == kind and fault.hits(target)), None)

    def strike(self, kind: str, target: str = "") -> Fault | None:
        """Like ``active``, but uses up one of the fault's ``count``; the last one ends it."""
        fault = self.active(kind, target)
        if fault is not None and id(fault) in self._left:
            self._left[id(fault)] -= 1
            if self._left[id(fault)] <= 0:
                self.remove(fault.kind, fault.target)
        return fault

    def _tell(self, fault: Fault, *, added: bool) -> None:
        for listener in self._listeners:
            listener(fault, added)


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
