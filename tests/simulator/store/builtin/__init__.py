"""What the API server demands of builtin kinds beyond their structure, and what it fills in.

The structure (which fields there are, of which types) is that of the Kubernetes client's models, ``api.builtin_types``.
The rules are written by hand for the kinds that the collection, kubectl and administrators write; each file names its
source. Validation is for what clients send; the defaults are for every object that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.simulator.ports import Object, ResourceKey
from tests.simulator.store.builtin import admission, cluster, config_maps, pods, services, workloads
from tests.simulator.store.builtin.defaults import completed
from tests.simulator.store.errors import Cause

__all__ = ["causes", "completed"]

Rule = Callable[[Object, Object | None], Iterator[Cause]]

_RULES: dict[ResourceKey, Rule] = {
    "configmaps": config_maps.config_map,
    "secrets": config_maps.secret,
    "pods": pods.pod,
    "nodes": cluster.node,
    "services": services.service,
    "persistentvolumeclaims": cluster.claim,
    "deployments.apps": workloads.deployment,
    "daemonsets.apps": workloads.daemon_set,
    "replicasets.apps": workloads.replica_set,
    "statefulsets.apps": workloads.stateful_set,
    "jobs.batch": workloads.job,
    "cronjobs.batch": workloads.cron_job,
    "poddisruptionbudgets.policy": cluster.budget,
    "leases.coordination.k8s.io": cluster.lease,
    "certificatesigningrequests.certificates.k8s.io": cluster.signing_request,
    "roles.rbac.authorization.k8s.io": cluster.role,
    "clusterroles.rbac.authorization.k8s.io": cluster.role,
    "rolebindings.rbac.authorization.k8s.io": cluster.binding,
    "clusterrolebindings.rbac.authorization.k8s.io": cluster.binding,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": admission.configuration,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": admission.configuration,
}


def causes(key: ResourceKey, new: Object, old: Object | None) -> list[Cause]:
    """Every rule of its kind that an object breaks; ``old`` is what it replaces."""
    rule = _RULES.get(key)
    return [] if rule is None else list(rule(new, old))
