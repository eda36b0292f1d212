"""The resources behind extension API servers: they answer only while their APIService is Available.

openshift-apiserver and oauth-apiserver, the metrics adapter and OLM's packageserver run as pods on the pod network, so
these are what breaks between the flip of the network type and the last reboot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.seed import cells
from tests.simulator.seed.columns import NAME, text
from tests.simulator.store.resources import Column, Resource

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


def aggregated_resources() -> list[Resource]:
    """What is declared of each group; groups without a resource here are served as empty groups."""
    return [
        _in("route.openshift.io", "Route", categories=("all",), columns=_ROUTE, status_subresource=True),
        _in(
            "project.openshift.io",
            "Project",
            namespaced=False,
            columns=(
                NAME,
                text("Display Name", _display_name),
                text("Status", cells.field("status", "phase", missing="")),
            ),
        ),
        _in(
            "user.openshift.io",
            "User",
            namespaced=False,
            columns=(
                NAME,
                text("UID", cells.field("metadata", "uid", missing="")),
                text("Full Name", cells.field("fullName", missing="")),
                text("Identities", lambda obj, now: ", ".join(obj.get("identities") or ())),
            ),
        ),
        _in(
            "user.openshift.io",
            "Group",
            namespaced=False,
            columns=(NAME, text("Users", lambda obj, now: ", ".join(obj.get("users") or ()))),
        ),
        _in(
            "user.openshift.io",
            "Identity",
            plural="identities",
            namespaced=False,
            columns=(
                NAME,
                text("IDP Name", cells.field("providerName", missing="")),
                text("IDP User Name", cells.field("providerUserName", missing="")),
                text("User Name", cells.field("user", "name", missing="")),
                text("User UID", cells.field("user", "uid", missing="")),
            ),
        ),
        _in(
            "oauth.openshift.io",
            "OAuthClient",
            namespaced=False,
            columns=(
                NAME,
                text("Secret", cells.field("secret", missing="")),
                text("WWW-Challenge", lambda obj, now: str(obj.get("respondWithChallenges", False)).lower()),
                Column("Token-Max-Age", _token_age),
                text("Redirect URIs", lambda obj, now: ",".join(obj.get("redirectURIs") or ())),
            ),
        ),
        _in(
            "oauth.openshift.io",
            "OAuthAccessToken",
            namespaced=False,
            columns=(
                NAME,
                text("User Name", cells.field("userName", missing="")),
                text("Client Name", cells.field("clientName", missing="")),
                text("Created", cells.created),
                text("Expires", cells.field("expiresIn", missing="")),
                text("Redirect URI", cells.field("redirectURI", missing="")),
                text("Scopes", lambda obj, now: ",".join(obj.get("scopes") or ())),
            ),
        ),
        _in(
            "image.openshift.io",
            "ImageStream",
            short_names=("is",),
            categories=("all",),
            columns=(
                NAME,
                text("Image Repository", cells.field("status", "dockerImageRepository", missing="")),
                text("Tags", lambda obj, now: ",".join(tag["tag"] for tag in obj.get("status", {}).get("tags") or ())),
                text("Updated", cells.created),
            ),
            status_subresource=True,
        ),
        _in(
            "apps.openshift.io",
            "DeploymentConfig",
            short_names=("dc",),
            categories=("all",),
            columns=(
                NAME,
                text("Revision", cells.field("status", "latestVersion", missing=0)),
                text("Desired", cells.field("spec", "replicas", missing=0)),
                text("Current", cells.field("status", "updatedReplicas", missing=0)),
                text("Triggered By", _triggers),
            ),
            status_subresource=True,
        ),
        _in(
            "metrics.k8s.io", "NodeMetrics", version="v1beta1", plural="nodes", namespaced=False, verbs=("get", "list")
        ),
    ]


def _in(
    group: str, kind: str, *, version: str = "v1", plural: str = "", namespaced: bool = True, **more: Any
) -> Resource:
    return Resource(
        group=group,
        version=version,
        kind=kind,
        plural=plural or f"{kind.lower()}s",
        namespaced=namespaced,
        singular=plural if version == "v1beta1" else "",
        **more,
    )


def _display_name(obj: Object, now: datetime) -> str:
    return str((obj["metadata"].get("annotations") or {}).get("openshift.io/display-name", ""))


def _token_age(obj: Object, now: datetime) -> str:
    seconds = obj.get("accessTokenMaxAgeSeconds")
    return "default" if seconds is None else f"{seconds}s"


def _triggers(obj: Object, now: datetime) -> str:
    kinds = [trigger["type"] for trigger in obj["spec"].get("triggers") or ()]
    return ",".join("config" if kind == "ConfigChange" else kind for kind in kinds)


def _host(obj: Object, now: datetime) -> str:
    """The admitted host, or why there is none (oc, pkg/helpers/describe)."""
    for ingress in obj.get("status", {}).get("ingress") or ():
        for condition in ingress.get("conditions") or ():
            if condition["type"] == "Admitted":
                if condition["status"] == "True":
                    return str(ingress.get("host", ""))
                return str(condition.get("reason", "Pending"))
    return str(obj["spec"].get("host", ""))


def _termination(obj: Object, now: datetime) -> str:
    tls = obj["spec"].get("tls") or {}
    policy = tls.get("insecureEdgeTerminationPolicy")
    kind: str = tls.get("termination", "")
    return f"{kind}/{policy}" if kind and policy and policy != "None" else kind


_ROUTE = (
    NAME,
    text("Host/Port", _host),
    text("Path", cells.field("spec", "path", missing="")),
    text("Services", cells.field("spec", "to", "name", missing="")),
    text("Port", cells.field("spec", "port", "targetPort", missing="<all>")),
    text("Termination", _termination),
    text("Wildcard", cells.field("spec", "wildcardPolicy", missing="None")),
)
