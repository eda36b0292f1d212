"""Cells of OpenShift's own kinds, as ``oc get`` shows them (oc, pkg/helpers/describe)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulator.ports import Object


def joined(*path: str, separator: str = ",") -> Any:
    """A cell that shows the list at ``path``."""

    def cell(obj: Object, now: datetime) -> str:
        value: Any = obj
        for name in path:
            value = (value or {}).get(name)
        return separator.join(value or ())

    return cell


def spaced(*path: str) -> Any:
    return joined(*path, separator=", ")


def challenges(obj: Object, now: datetime) -> str:
    return str(obj.get("respondWithChallenges", False)).lower()


def tags(obj: Object, now: datetime) -> str:
    return ",".join(tag["tag"] for tag in obj.get("status", {}).get("tags") or ())


def display_name(obj: Object, now: datetime) -> str:
    return str((obj["metadata"].get("annotations") or {}).get("openshift.io/display-name", ""))


def token_age(obj: Object, now: datetime) -> str:
    seconds = obj.get("accessTokenMaxAgeSeconds")
    return "default" if seconds is None else f"{seconds}s"


def triggers(obj: Object, now: datetime) -> str:
    kinds = [trigger["type"] for trigger in obj["spec"].get("triggers") or ()]
    return ",".join("config" if kind == "ConfigChange" else kind for kind in kinds)


def host(obj: Object, now: datetime) -> str:
    """The admitted host, or why there is none."""
    for ingress in obj.get("status", {}).get("ingress") or ():
        for condition in ingress.get("conditions") or ():
            if condition["type"] == "Admitted":
                if condition["status"] == "True":
                    return str(ingress.get("host", ""))
                return str(condition.get("reason", "Pending"))
    return str(obj["spec"].get("host", ""))


def termination(obj: Object, now: datetime) -> str:
    tls = obj["spec"].get("tls") or {}
    policy = tls.get("insecureEdgeTerminationPolicy")
    kind: str = tls.get("termination", "")
    return f"{kind}/{policy}" if kind and policy and policy != "None" else kind
