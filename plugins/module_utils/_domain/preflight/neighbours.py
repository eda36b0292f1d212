# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else acts on the cluster while it is migrated: controllers that write back, registries that it depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..borrowing.autoscaler import scales_down
from ..verdicts import counted, listed
from .findings import ANY_METHOD, OFFLINE, Check, Problem, key, named
from .snapshot import Json, Snapshot

#: What a migration writes; a controller that puts them back works against it.
OURS = frozenset(
    {
        "Network",
        "MachineConfig",
        "MachineConfigPool",
        "MachineHealthCheck",
        "NodeHealthCheck",
        "ClusterAutoscaler",
        "NodeNetworkConfigurationPolicy",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
    }
)
#: What Argo CD marks the objects with that it manages: an annotation, or, by default up to 2.x, a label, which is
#: also chosen by name (argo-cd, docs/user-guide/resource_tracking.md).
TRACKING = "argocd.argoproj.io/tracking-id"
TRACKING_LABELS = ("app.kubernetes.io/instance", "argocd.argoproj.io/instance")
#: Helm's own mark, beside the label that charts have in common with Argo CD; it is not there when Argo CD renders one.
HELM_RELEASE = "meta.helm.sh/release-name"
#: ``kind: Network`` and ``"kind": "Network"`` in the text of templates, whose other parts are no YAML.
_KIND = re.compile(r"""["']?\bkind["']?\s*:\s*["']?(\{\{|\w+)""")
TEMPLATED = "{{"
#: The cluster's own registry, by the names that pods and nodes call it.
INTERNAL_REGISTRY = "image-registry.openshift-image-registry.svc"


def _controllers(snapshot: Snapshot) -> Iterator[Problem]:
    applications = [app for app in snapshot.applications if _kinds_of_application(app) & OURS]
    if applications:
        yield Problem(
            f"{counted(len(applications), 'Argo CD application')} would write back what the migration writes: "
            f"{listed(key(app) for app in applications)}",
            named("application.argoproj.io", *applications),
        )
    enforced = {key(policy): (policy, _kinds_of_policy(policy)) for policy in snapshot.configuration_policies}
    policies = [policy for policy, kinds in enforced.values() if kinds & OURS]
    if policies:
        yield Problem(
            f"{counted(len(policies), 'ConfigurationPolicy object')} of Advanced Cluster Management would write back "
            f"what the migration writes: {listed(key(policy) for policy in policies)}",
            named("configurationpolicy", *policies),
        )
    dark = [policy for policy, kinds in enforced.values() if TEMPLATED in kinds and not kinds & OURS]
    if dark:
        yield Problem(
            "whether these ConfigurationPolicies of Advanced Cluster Management would write back what the migration "
            f"writes cannot be seen, since a template makes the kind: {listed(map(key, dark))}",
            named("configurationpolicy", *dark),
        )
    yield from _marked(snapshot)


def _kinds_of_application(application: Json) -> set[str]:
    resources = (application.get("status") or {}).get("resources") or ()
    return {str(resource.get("kind", "")) for resource in resources}


def _kinds_of_policy(policy: Json) -> set[str]:
    """Of what it enforces; one that only informs writes nothing."""
    spec = policy.get("spec") or {}
    if str(spec.get("remediationAction", "")).lower() != "enforce":
        return set()
    templates = spec.get("object-templates") or ()
    kinds = [str((template.get("objectDefinition") or {}).get("kind", "")) for template in templates]
    kinds += _KIND.findall(str(spec.get("object-templates-raw") or ""))
    return {TEMPLATED if TEMPLATED in kind else kind for kind in kinds}


def _marked(snapshot: Snapshot) -> Iterator[Problem]:
    """Argo CD may run in another cluster; its mark on the object tells all the same."""
    networks = (
        ("network.config.openshift.io", snapshot.network_config),
        ("network.operator.openshift.io", snapshot.network_operator),
    )
    pools = (("machineconfigpool", pool) for pool in snapshot.raw_pools)
    policies = (("nodenetworkconfigurationpolicy", policy) for policy in snapshot.node_network_policies)
    checks = (("machinehealthcheck", check) for check in snapshot.machine_health_checks)
    others = (("nodehealthcheck", check) for check in snapshot.node_health_checks)
    scalers = (("clusterautoscaler", autoscaler) for autoscaler in snapshot.cluster_autoscalers)
    everything = (*networks, *pools, *policies, *checks, *others, *scalers)
    marked = [name for kind, item in everything if _tracked(item) for name in named(kind, item)]
    if marked:
        yield Problem(f"{counted(len(marked), 'object', 'are')} managed by Argo CD: {listed(marked)}", tuple(marked))


def _tracked(item: Json) -> bool:
    annotations, labels = item["metadata"].get("annotations") or {}, item["metadata"].get("labels") or {}
    labelled = any(name in labels for name in TRACKING_LABELS) and HELM_RELEASE not in annotations
    return TRACKING in annotations or labelled


def _autoscaler(snapshot: Snapshot) -> Iterator[Problem]:
    """A node that is not Ready for a while counts as unneeded, whatever runs on it."""
    active = [autoscaler for autoscaler in snapshot.cluster_autoscalers if scales_down(autoscaler)]
    groups = snapshot.machine_autoscalers if active else ()
    if groups:
        yield Problem(
            f"the cluster autoscaler may remove nodes that reboot, or are not Ready for long after the switch, from "
            f"the MachineSets of {listed(map(key, groups))}",
            (*named("clusterautoscaler", *active), *named("machineautoscaler", *groups)),
        )


def _images(snapshot: Snapshot) -> Iterator[Problem]:
    domain = snapshot.ingress_domain
    inside = [
        (kind, item, mirror)
        for kind, items in (
            ("imagedigestmirrorset", snapshot.image_mirrors),
            ("imagecontentsourcepolicy", snapshot.image_policies),
        )
        for item in items
        for mirror in _mirrors(item)
        if _within(mirror, domain)
    ]
    if inside:
        objects = dict.fromkeys(name for kind, item, _mirror in inside for name in named(kind, item))
        yield Problem(
            f"images are mirrored to a registry in this cluster, which is away while the pod network is: "
            f"{listed(dict.fromkeys(mirror for _kind, _item, mirror in inside))}",
            tuple(objects),
        )
    proxy = _proxy_host(snapshot.proxy)
    if proxy and _within(proxy, domain):
        yield Problem(
            f"images are pulled through a proxy in this cluster, which is away while the pod network is: {proxy}",
            ("proxy/cluster",),
        )


def _proxy_host(proxy: Json) -> str:
    """``proxy.example.com:3128`` of ``http://user:word@proxy.example.com:3128/``; empty without a proxy."""
    spec = proxy.get("spec") or {}
    url = str(spec.get("httpsProxy") or spec.get("httpProxy") or "")
    return url.rpartition("://")[2].partition("/")[0].rpartition("@")[2]


def _mirrors(item: Json) -> Iterator[str]:
    spec: Json = item.get("spec") or {}
    entries: Iterable[Any] = (
        *(spec.get("imageDigestMirrors") or ()),
        *(spec.get("repositoryDigestMirrors") or ()),
    )
    for entry in entries:
        for mirror in entry.get("mirrors") or ():
            # An ImageDigestMirrorSet has strings here, as the older kind has.
            yield str(mirror)


def _within(mirror: str, domain: str) -> bool:
    host = mirror.partition("/")[0].partition(":")[0]
    own = bool(domain) and (host == domain or host.endswith(f".{domain}"))
    return own or host.startswith(INTERNAL_REGISTRY) or host.endswith((".svc", ".svc.cluster.local"))


CHECKS = (
    Check(
        "no_controller_writes_back",
        _controllers,
        severity="warn",
        methods=ANY_METHOD,
        title="No GitOps controller puts back what the migration writes (Argo CD, Advanced Cluster Management).",
        remedy="Suspend their synchronization of these objects for the window, then acknowledge it.",
        acknowledge=True,
        before_switch=True,
    ),
    Check(
        "cluster_autoscaler",
        _autoscaler,
        severity="warn",
        methods=ANY_METHOD,
        title="No cluster autoscaler would remove a node that takes long to reboot.",
        remedy=(
            "cno_prepare and cno_switch keep it from that unless told not to; on your own: oc patch clusterautoscaler "
            'default --type=merge -p \'{"spec":{"scaleDown":{"enabled":false}}}\'.'
        ),
        before_switch=True,
    ),
    Check(
        "images_outside",
        _images,
        severity="warn",
        methods=OFFLINE,
        title="The images of the new plugin do not come from a registry, or through a proxy, inside this cluster.",
        remedy="Have them outside, or pull them to every node before, then acknowledge it.",
        acknowledge=True,
    ),
)
