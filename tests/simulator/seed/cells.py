"""What ``kubectl get`` shows in the columns of the builtin kinds: functions of an object and the time.

Written after kubernetes, pkg/printers/internalversion/printers.go (1.27).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.simulator.ports import Object
from tests.simulator.store.definitions import age, human_duration

NONE = "<none>"
UNKNOWN = "<unknown>"
UNSET = "<unset>"


def field(*path: str, missing: Any = NONE) -> Any:
    """A cell that shows the value at ``path``."""

    def cell(obj: Object, now: datetime) -> Any:
        value: Any = obj
        for name in path:
            value = (value or {}).get(name)
        return missing if value is None or value == "" else value

    return cell


def number(*path: str) -> Any:
    """A cell that shows a number, 0 when there is none."""
    return field(*path, missing=0)


def created(obj: Object, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now=now)


def created_at(obj: Object, now: datetime) -> str:
    stamp: str = obj["metadata"].get("creationTimestamp", "")
    return stamp


def name(obj: Object, now: datetime) -> str:
    text: str = obj["metadata"]["name"]
    return text


def data_count(obj: Object, now: datetime) -> int:
    return len(obj.get("data") or {}) + len(obj.get("binaryData") or {})


def count(*path: str) -> Any:
    """A cell that shows how many items there are."""
    find = field(*path, missing=())
    return lambda obj, now: len(find(obj, now))


def labels_of(selector: Mapping[str, Any] | None) -> str:
    """``a=b,c=d``, as a map of labels is shown."""
    return ",".join(f"{key}={value}" for key, value in sorted((selector or {}).items())) or NONE


def selector_of(selector: Mapping[str, Any] | None) -> str:
    """A label selector with expressions as a string (apimachinery, FormatLabelSelector)."""
    if not selector:
        return NONE
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for expression in selector.get("matchExpressions") or ():
        key, values = expression["key"], sorted(expression.get("values") or ())
        parts.append(
            {
                "In": f"{key} in ({','.join(values)})",
                "NotIn": f"{key} notin ({','.join(values)})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[expression["operator"]]
        )
    return ",".join(parts) or NONE


def containers(obj: Object, now: datetime) -> str:
    return ",".join(container["name"] for container in _template_containers(obj))


def images(obj: Object, now: datetime) -> str:
    return ",".join(container.get("image", "") for container in _template_containers(obj))


def _template_containers(obj: Object) -> list[Object]:
    spec = obj["spec"]
    template = spec.get("template") or spec.get("jobTemplate", {}).get("spec", {}).get("template") or {}
    found: list[Object] = template.get("spec", {}).get("containers") or []
    return found


def workload_selector(obj: Object, now: datetime) -> str:
    return selector_of(obj["spec"].get("selector"))


def replicas_ready(obj: Object, now: datetime) -> str:
    """``2/3``: ready of wanted."""
    return f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 1)}"


# Nodes.


def node_status(obj: Object, now: datetime) -> str:
    ready = condition(obj, "Ready")
    if ready is None:
        status = "Unknown"
    else:
        status = "Ready" if ready.get("status") == "True" else "NotReady"
    return f"{status},SchedulingDisabled" if obj.get("spec", {}).get("unschedulable") else status


def node_roles(obj: Object, now: datetime) -> str:
    prefix = "node-role.kubernetes.io/"
    roles = set()
    for key, value in (obj["metadata"].get("labels") or {}).items():
        if key.startswith(prefix) and len(key) > len(prefix):
            roles.add(key[len(prefix) :])
        elif key == "kubernetes.io/role" and value:
            roles.add(value)
    return ",".join(sorted(roles)) or NONE


def node_address(kind: str) -> Any:
    def cell(obj: Object, now: datetime) -> str:
        for address in obj.get("status", {}).get("addresses") or ():
            if address["type"] == kind:
                found: str = address["address"]
                return found
        return NONE

    return cell


def node_info(name: str) -> Any:
    return field("status", "nodeInfo", name, missing=UNKNOWN)


def condition(obj: Object, kind: str) -> Object | None:
    for found in obj.get("status", {}).get("conditions") or ():
        if found["type"] == kind:
            result: Object = found
            return result
    return None


# Services and endpoints.


def service_external(obj: Object, now: datetime) -> str:
    spec = obj["spec"]
    extra = spec.get("externalIPs") or []
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName", NONE))
    if spec.get("type") == "LoadBalancer":
        ingress = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or []
        balanced = [item.get("ip") or item.get("hostname") for item in ingress]
        return ",".join([*balanced, *extra]) or "<pending>"
    return ",".join(extra) or NONE


def service_ports(obj: Object, now: datetime) -> str:
    shown = [
        f"{port['port']}{':' + str(port['nodePort']) if port.get('nodePort') else ''}/{port.get('protocol', 'TCP')}"
        for port in obj["spec"].get("ports") or ()
    ]
    return ",".join(shown) or NONE


def service_selector(obj: Object, now: datetime) -> str:
    return labels_of(obj["spec"].get("selector"))


def endpoints(obj: Object, now: datetime) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports") or ()
        for address in subset.get("addresses") or ()
    ]
    return _first(found, limit=3)


def slice_ports(obj: Object, now: datetime) -> str:
    return _first([str(port["port"]) for port in obj.get("ports") or () if port.get("port")], limit=3, unset=UNSET)


def slice_endpoints(obj: Object, now: datetime) -> str:
    found = [address for endpoint in obj.get("endpoints") or () for address in endpoint.get("addresses") or ()]
    return _first(found, limit=3, unset=UNSET)


def _first(found: list[str], *, limit: int, unset: str = NONE) -> str:
    if not found:
        return unset
    more = f" + {len(found) - limit} more..." if len(found) > limit else ""
    return ",".join(found[:limit]) + more


# Access control.


def role_ref(obj: Object, now: datetime) -> str:
    return f"{obj['roleRef']['kind']}/{obj['roleRef']['name']}"


def subjects(kind: str) -> Any:
    def cell(obj: Object, now: datetime) -> str:
        return ", ".join(
            f"{subject.get('namespace', '')}/{subject['name']}" if kind == "ServiceAccount" else subject["name"]
            for subject in obj.get("subjects") or ()
            if subject["kind"] == kind
        )

    return cell


def csr_condition(obj: Object, now: datetime) -> str:
    kinds = {found["type"] for found in obj.get("status", {}).get("conditions") or ()}
    parts = [kind for kind in ("Denied", "Approved", "Failed") if kind in kinds]
    if "Denied" in parts and "Approved" in parts:
        parts.remove("Approved")
    if obj.get("status", {}).get("certificate"):
        parts.append("Issued")
    return ",".join(parts) or "Pending"


def csr_duration(obj: Object, now: datetime) -> str:
    seconds = obj["spec"].get("expirationSeconds")
    return NONE if seconds is None else human_duration(seconds)


# The rest.


def event_last_seen(obj: Object, now: datetime) -> str:
    series = obj.get("series") or {}
    moment = series.get("lastObservedTime") or obj.get("lastTimestamp") or obj.get("eventTime")
    seen = age(moment or obj.get("firstTimestamp"), now=now)
    return f"{seen} (x{series['count']} over {event_first_seen(obj, now)})" if series.get("count") else seen


def event_first_seen(obj: Object, now: datetime) -> str:
    return age(obj.get("firstTimestamp") or obj.get("eventTime"), now=now)


def event_object(obj: Object, now: datetime) -> str:
    regarding = obj["involvedObject"]
    return f"{regarding.get('kind', '').lower()}/{regarding.get('name', '')}"


def event_source(obj: Object, now: datetime) -> str:
    source = obj.get("source") or {}
    component = source.get("component") or obj.get("reportingComponent", "")
    host = source.get("host") or obj.get("reportingInstance", "")
    return f"{component}, {host}" if host else component


def event_message(obj: Object, now: datetime) -> str:
    return str(obj.get("message", "")).strip()


def budget(which: str) -> Any:
    return field("spec", which, missing="N/A")


def quota(kind: str) -> Any:
    def cell(obj: Object, now: datetime) -> str:
        status = obj.get("status") or {}
        hard, used = status.get("hard") or obj["spec"].get("hard") or {}, status.get("used") or {}
        wanted = [key for key in sorted(hard) if key.startswith("limits.") == (kind == "limits")]
        return ", ".join(f"{key}: {used.get(key, '0')}/{hard[key]}" for key in wanted)

    return cell


_ACCESS = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def access_modes(*path: str) -> Any:
    find = field(*path, missing=())
    return lambda obj, now: ",".join(_ACCESS.get(mode, mode) for mode in find(obj, now))


def claim(obj: Object, now: datetime) -> str:
    reference = obj["spec"].get("claimRef")
    return f"{reference['namespace']}/{reference['name']}" if reference else ""


def storage_class_name(obj: Object, now: datetime) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return f"{name(obj, now)} (default)" if default else name(obj, now)


def api_service(obj: Object, now: datetime) -> str:
    service = obj["spec"].get("service")
    return f"{service['namespace']}/{service['name']}" if service else "Local"


def api_service_available(obj: Object, now: datetime) -> str:
    available = condition(obj, "Available")
    if available is None:
        return "Unknown"
    status: str = available["status"]
    return status if status == "True" else f"{status} ({available.get('reason', '')})"


def job_completions(obj: Object, now: datetime) -> str:
    done, spec = obj.get("status", {}).get("succeeded", 0), obj["spec"]
    if spec.get("completions") is not None:
        return f"{done}/{spec['completions']}"
    parallelism = spec.get("parallelism", 0)
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def job_duration(obj: Object, now: datetime) -> str:
    status = obj.get("status", {})
    if not status.get("startTime"):
        return ""
    started = datetime.fromisoformat(status["startTime"])
    ended = datetime.fromisoformat(status["completionTime"]) if status.get("completionTime") else now
    return human_duration(int((ended - started).total_seconds()))


def last_schedule(obj: Object, now: datetime) -> str:
    moment = obj.get("status", {}).get("lastScheduleTime")
    return age(moment, now=now) if moment else NONE


def ingress_hosts(obj: Object, now: datetime) -> str:
    hosts = [rule["host"] for rule in obj["spec"].get("rules") or () if rule.get("host")]
    return _first(hosts, limit=3) if hosts else "*"


def ingress_address(obj: Object, now: datetime) -> str:
    ingress = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    return ",".join(item.get("ip") or item.get("hostname") for item in ingress)


def controller(obj: Object, now: datetime) -> str:
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            group = owner["apiVersion"].partition("/")[0]
            return f"{owner['kind'].lower()}.{group}/{owner['name']}"
    return NONE


def scale_target(obj: Object, now: datetime) -> str:
    target = obj["spec"]["scaleTargetRef"]
    return f"{target['kind']}/{target['name']}"


def scale_metrics(obj: Object, now: datetime) -> str:
    """``cpu: 12%/80%`` for resource metrics; other sources are shown as unknown."""
    current = {
        metric["resource"]["name"]: metric["resource"].get("current", {}).get("averageUtilization")
        for metric in obj.get("status", {}).get("currentMetrics") or ()
        if metric.get("type") == "Resource"
    }
    shown = []
    for metric in obj["spec"].get("metrics") or ():
        if metric["type"] != "Resource":
            shown.append(UNKNOWN)
            continue
        resource = metric["resource"]
        now_used = current.get(resource["name"])
        wanted = resource.get("target", {}).get("averageUtilization")
        shown.append(f"{UNKNOWN if now_used is None else f'{now_used}%'}/{wanted}%")
    return _first(shown, limit=2)


# the selectors and references of single kinds


def controller_selector(obj: Object, now: datetime) -> str:
    """Of a ReplicationController, whose selector is a map of labels."""
    return labels_of(obj["spec"].get("selector"))


def pod_selector(obj: Object, now: datetime) -> str:
    return selector_of(obj["spec"].get("podSelector"))


def daemon_set_nodes(obj: Object, now: datetime) -> str:
    return labels_of(obj["spec"].get("template", {}).get("spec", {}).get("nodeSelector"))


def class_parameters(obj: Object, now: datetime) -> str:
    """Of an IngressClass."""
    reference = obj["spec"].get("parameters")
    if not reference:
        return NONE
    group = f".{reference['apiGroup']}" if reference.get("apiGroup") else ""
    return f"{reference['kind']}{group}/{reference['name']}"


def ingress_ports(obj: Object, now: datetime) -> str:
    return "80, 443" if obj["spec"].get("tls") else "80"


def suspended(obj: Object, now: datetime) -> str:
    return "True" if obj["spec"].get("suspend") else "False"


def missing_level(obj: Object, now: datetime) -> str:
    """Of a FlowSchema: whether its priority level is not there."""
    dangling = condition(obj, "Dangling")
    return "?" if dangling is None else str(dangling["status"])
