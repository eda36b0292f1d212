# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Admission webhooks whose server is a pod, which nobody answers for while the pod network is down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .settings import timeout_of, webhooks

#: The namespaces in which the release payload runs servers of webhooks. Any other openshift-* namespace may be that of
#: an operator which a user has installed: openshift-gatekeeper-system, openshift-storage, openshift-operators.
PAYLOAD_NAMESPACES = frozenset(
    {
        "openshift-authentication-operator",
        "openshift-cloud-credential-operator",
        "openshift-cluster-csi-drivers",
        "openshift-cluster-node-tuning-operator",
        "openshift-cluster-storage-operator",
        "openshift-controller-manager",
        "openshift-machine-api",
        "openshift-machine-config-operator",
        "openshift-monitoring",
        "openshift-multus",
        "openshift-network-node-identity",
        "openshift-operator-lifecycle-manager",
        "openshift-ovn-kubernetes",
    }
)
#: On all that the Operator Lifecycle Manager has installed.
OLM_LABEL = "olm.owner"
#: Set by the cluster version operator's manifests on all that it manages.
PAYLOAD_ANNOTATION = "include.release.openshift.io/"


def slow_webhooks(configuration: Mapping[str, Any], *, seconds: int) -> list[str]:
    """The names of the webhooks behind a Service that the API server would wait for longer than ``seconds``."""
    return [hook["name"] for hook in webhooks(configuration) if served_by_pods(hook) and timeout_of(hook) > seconds]


def served_by_pods(webhook: Mapping[str, Any]) -> bool:
    """A webhook with a ``url`` instead, as network-node-identity has, is reached on the host network."""
    return bool((webhook.get("clientConfig") or {}).get("service"))


def platform(configuration: Mapping[str, Any]) -> bool:
    """Whether the configuration is OpenShift's own: its operators would set it back, and live with it being slow.

    A name says so only where no pod serves it: operators that users install have such names, too
    (``operator-webhook.sriovnetwork.openshift.io`` in ``openshift-sriov-network-operator``, made by the operator
    itself and so without the label of the Operator Lifecycle Manager).
    """
    metadata = configuration["metadata"]
    if OLM_LABEL in (metadata.get("labels") or {}):
        return False
    marks = [*(metadata.get("annotations") or {}), *(metadata.get("labels") or {})]
    if any(mark.startswith(PAYLOAD_ANNOTATION) for mark in marks):
        return True
    namespaces = {hook["clientConfig"]["service"].get("namespace", "") for hook in _behind_services(configuration)}
    if namespaces:
        return any(_of_the_payload(namespace) for namespace in namespaces)
    names = [metadata["name"], *(hook.get("name", "") for hook in webhooks(configuration))]
    return any(name == "openshift.io" or name.endswith(".openshift.io") for name in names)


def _behind_services(configuration: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [hook for hook in webhooks(configuration) if served_by_pods(hook)]


def _of_the_payload(namespace: str) -> bool:
    return namespace in PAYLOAD_NAMESPACES or namespace.startswith("kube-")
