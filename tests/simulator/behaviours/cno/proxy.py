"""The proxyconfig controller of the network operator: ``noProxy`` as it has to be, in the status of the Proxy.

It watches the Proxy, and not the cluster's network: new networks get into noProxy when a new process of the operator
looks at the Proxy for the first time, so at the reboot of its node after the flip (cluster-network-operator 4.14,
pkg/controller/proxyconfig/controller.go, status.go).
"""

from __future__ import annotations

from tests.simulator.behaviours.cno.status import ACTOR, CLUSTER_CONFIG
from tests.simulator.behaviours.components import Components
from tests.simulator.behaviours.loop import Loop
from tests.simulator.behaviours.world import World
from tests.simulator.ports import Change
from tests.simulator.seed.configuration import no_proxy

PROXIES = "proxies.config.openshift.io"


class ProxyConfig:
    def __init__(self, world: World, *, components: Components) -> None:
        self._world = world
        self._loop = Loop(world, lambda _: self._sync(), delay="cno_notice", alive=lambda: components.network_operator)
        components.network_operator_started.connect(self._loop.note)
        world.watch(self._changed, PROXIES)

    def _changed(self, change: Change) -> None:
        if change.previous is None or change.previous.get("spec") != change.object.get("spec"):
            self._loop.note()

    def _sync(self) -> None:
        proxy = self._world.store.find(PROXIES, "cluster")
        network = self._world.store.find(CLUSTER_CONFIG, "cluster")
        if proxy is None or network is None:
            return
        spec, known = proxy.get("spec") or {}, network.get("status") or {}
        urls = {key: spec[key] for key in ("httpProxy", "httpsProxy") if spec.get(key)}
        status = dict(urls)
        if urls or spec.get("noProxy"):
            pods = [entry["cidr"] for entry in known.get("clusterNetwork") or ()]
            networks = [*pods, *(known.get("serviceNetwork") or ())]
            status["noProxy"] = no_proxy(spec.get("noProxy") or "", networks=networks, on=self._world.options.platform)
        if (proxy.get("status") or {}) != status:
            gone = dict.fromkeys(proxy.get("status") or {})
            patch = {"status": {**gone, **status}}
            self._world.store.patch(PROXIES, "cluster", patch, actor=ACTOR, subresource="status")
