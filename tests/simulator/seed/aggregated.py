"""The resources behind extension API servers: they answer only while their APIService is Available.

openshift-apiserver and oauth-apiserver, the metrics adapter and OLM's packageserver run as pods on the pod network, so
these are what breaks between the flip of the network type and the last reboot. ``aggregated_resources.yaml`` lists what
is declared of each group; groups without a resource there are served as empty groups.
"""

from __future__ import annotations

#: API group and version to the Service that serves it (namespace, name)
EXTENSION_SERVERS: dict[tuple[str, str], tuple[str, str]] = {
    ("apps.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("authorization.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("build.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("image.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("project.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("quota.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("route.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("security.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("template.openshift.io", "v1"): ("openshift-apiserver", "api"),
    ("oauth.openshift.io", "v1"): ("openshift-oauth-apiserver", "api"),
    ("user.openshift.io", "v1"): ("openshift-oauth-apiserver", "api"),
    ("packages.operators.coreos.com", "v1"): (
        "openshift-operator-lifecycle-manager",
        "packageserver-service",
    ),
    ("metrics.k8s.io", "v1beta1"): ("openshift-monitoring", "prometheus-adapter"),
}
