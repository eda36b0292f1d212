"""The static world: everything in a cluster that no controller makes.

Behaviours make the rest from it: MachineConfigs, the status of the pools, DaemonSets, Deployments, pods, leases, and
the annotations that the machine config operator and the network plugins put on nodes.
"""

from __future__ import annotations

from datetime import datetime

from tests.simulator.manifests import ovn_crds, platform_crds, sdn_crds
from tests.simulator.options import Options
from tests.simulator.ports import Object, Store
from tests.simulator.profiles import Profile
from tests.simulator.seed.access import seed_access
from tests.simulator.seed.ages import Ages
from tests.simulator.seed.apiservices import seed_apiservices
from tests.simulator.seed.budgets import seed_budgets
from tests.simulator.seed.certificates import seed_certificates
from tests.simulator.seed.cluster_version import seed_version
from tests.simulator.seed.configuration import seed_configuration
from tests.simulator.seed.context import Seeding
from tests.simulator.seed.events import seed_events
from tests.simulator.seed.machines import seed_machines
from tests.simulator.seed.metrics import seed_metrics
from tests.simulator.seed.namespaces import seed_namespaces, seed_net_namespaces, seed_projects
from tests.simulator.seed.networks import seed_egress, seed_networks, seed_ovn, seed_sdn
from tests.simulator.seed.nmstate import seed_nmstate
from tests.simulator.seed.nodes import seed_nodes
from tests.simulator.seed.operands import seed_operands
from tests.simulator.seed.operators import seed_operators
from tests.simulator.seed.pools import seed_pools
from tests.simulator.seed.resources import builtin_resources
from tests.simulator.seed.services import seed_services
from tests.simulator.seed.shapes import seed_shapes, shape_crds
from tests.simulator.seed.webhooks import seed_webhooks
from tests.simulator.topology import topology

__all__ = ["builtin_resources", "seed"]


def seed(store: Store, *, options: Options, profile: Profile, now: datetime) -> None:
    """Write the static world of a healthy cluster that was installed 30 days before ``now``.

    The builtin resources must be declared (``builtin_resources``). The CustomResourceDefinitions of the platform and of
    the initial network plugin are created here; those of the other plugin come and go with the network operator.
    """
    seeding = Seeding(store, options, profile, topology(options), Ages(now))
    definitions = [crd for crd in platform_crds(profile) if _is_there(crd, options)] + shape_crds(options)
    definitions += sdn_crds(profile) if profile.initial_network_type == "OpenShiftSDN" else ovn_crds(profile)
    for crd in definitions:
        meta = {**crd["metadata"], "creationTimestamp": seeding.ages.installing(minutes=1)}
        store.create(
            "customresourcedefinitions.apiextensions.k8s.io", {**crd, "metadata": meta}, actor="system:installer"
        )
    seed_namespaces(seeding)
    seed_apiservices(seeding, builtin=builtin_resources(profile), definitions=definitions)
    seed_version(seeding)
    seed_configuration(seeding)
    seed_networks(seeding)
    seed_operators(seeding)
    seed_operands(seeding)
    seed_nodes(seeding)
    seed_metrics(seeding)
    seed_pools(seeding)
    if profile.initial_network_type == "OpenShiftSDN":
        seed_net_namespaces(seeding)
        seed_sdn(seeding)
    else:
        seed_ovn(seeding)
    seed_egress(seeding)
    seed_machines(seeding)
    seed_nmstate(seeding)
    seed_access(seeding)
    seed_services(seeding)
    seed_webhooks(seeding)
    seed_shapes(seeding)
    seed_budgets(seeding)
    seed_certificates(seeding)
    seed_projects(seeding)
    seed_events(seeding)


def _is_there(crd: Object, options: Options) -> bool:
    return crd["spec"]["group"] != "nmstate.io" or "no-nmstate" not in options.extras
