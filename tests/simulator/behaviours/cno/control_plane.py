"""Up to 4.14 OVN-Kubernetes is not rendered before all control plane nodes are there, or the operator has waited in
vain (cluster-network-operator 4.14, pkg/network/ovn_kubernetes.go: getMasterAddresses)."""

from __future__ import annotations

import yaml

from tests.simulator.behaviours.world import World
from tests.simulator.clock import Process

_MASTER = "node-role.kubernetes.io/master"


class ControlPlaneDiscovery:
    """``restarted``: a new process of the operator waits as long as the first one did."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._timeout = world.durations.cno_master_discovery

    def restarted(self) -> None:
        self._timeout = self._world.durations.cno_master_discovery

    def wait(self, *, background: bool) -> Process:
        """Until as many nodes are labelled as the install-config has replicas, or the timeout is over. Each time that
        it is, the next one is shorter. (With no labelled node at all a real operator panics then.)"""
        durations = self._world.durations
        left = self._timeout
        while not self._complete():
            if left <= 0:
                if self._timeout > durations.cno_master_discovery_backoff:
                    self._timeout -= durations.cno_master_discovery_backoff
                return
            pause = min(left, durations.cno_master_discovery_poll)
            yield self._world.clock.sleep(pause, background=background)
            yield from self._world.api()
            left -= pause

    def _complete(self) -> bool:
        labelled = self._world.store.list("nodes", labels=_MASTER)
        return bool(labelled) and len(labelled) == self._replicas()

    def _replicas(self) -> int:
        found = self._world.store.find("configmaps", "cluster-config-v1", namespace="kube-system") or {}
        parsed = yaml.safe_load((found.get("data") or {}).get("install-config") or "") or {}
        return int((parsed.get("controlPlane") or {}).get("replicas") or 0)
