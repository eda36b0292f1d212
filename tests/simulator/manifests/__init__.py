"""What a cluster is made of before anything moves: definitions of the custom kinds, and workloads."""

from __future__ import annotations

from tests.simulator.manifests.definitions import ovn_crds, platform_crds, sdn_crds

__all__ = ["ovn_crds", "platform_crds", "sdn_crds"]
