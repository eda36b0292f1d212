"""What every part of the seed needs to know, and how it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulator.options import Options
from tests.simulator.ports import Object, ResourceKey, Store
from tests.simulator.profiles import Profile
from tests.simulator.seed.ages import Ages
from tests.simulator.topology import Topology, identity

ACTOR = "system:installer"
CLUSTER_NAME = "ocp"
BASE_DOMAIN = "example.com"
DOMAIN = f"{CLUSTER_NAME}.{BASE_DOMAIN}"
INFRASTRUCTURE_NAME = "ocp-7xk2m"
CLUSTER_NETWORK = {"cidr": "10.128.0.0/14", "hostPrefix": 23}
SERVICE_NETWORK = "172.30.0.0/16"
MACHINE_NETWORK = "10.0.0.0/16"
API_VIP = "10.0.0.5"
INGRESS_VIP = "10.0.0.7"
HOST_MTU = 1500


@dataclass(frozen=True)
class Seeding:
    """The cluster that is being written."""

    store: Store
    options: Options
    profile: Profile
    topology: Topology
    ages: Ages

    def create(
        self,
        key: ResourceKey,
        name: str,
        body: Mapping[str, Any] | None = None,
        *,
        namespace: str | None = None,
        created: str | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        **metadata: Any,
    ) -> Object:
        """Create an object that is as old as the cluster, or as ``created`` says.

        Its uid depends on the seed and its name only, so that two clusters of one seed are the same.
        """
        meta: dict[str, Any] = {"name": name, "creationTimestamp": created or self.ages.installing(minutes=6)}
        meta["uid"] = str(identity(self.options.seed, key, namespace or "", name))
        if namespace is not None:
            meta["namespace"] = namespace
        if labels:
            meta["labels"] = dict(labels)
        if annotations:
            meta["annotations"] = dict(annotations)
        return self.store.create(key, {**(body or {}), "metadata": {**meta, **metadata}}, actor=ACTOR)

    def uid(self, key: ResourceKey, name: str, *, namespace: str = "") -> str:
        """The uid that ``create`` gives to an object."""
        return str(identity(self.options.seed, key, namespace, name))
