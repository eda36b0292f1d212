"""The fields of the builtin kinds, from the models that the Kubernetes client generates from the OpenAPI document.

They are loaded when a client first writes or explains a builtin kind. The models are those of a newer Kubernetes than
the simulated one: fields that came later are known here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from tests.simulator.api.encodings import base64_problem, moment_problem
from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest
from tests.simulator.store.resources import Resource

_SPECIAL = {("", "Event"): "CoreV1Event", ("events.k8s.io", "Event"): "EventsV1Event"}
_GROUPS_OF_OTHERS = re.compile(r"(^|\.)(openshift\.io|operators\.coreos\.com)$|^metrics\.k8s\.io$")
_GO_TYPES = {"str": "string", "int": "int32", "bool": "bool", "float": "float64", "datetime": "v1.Time"}
_JSON_TYPES = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "float": (int, float),
    "datetime": (str,),
    "bytes": (str,),
    "bytearray": (str,),
}
_OPENAPI_TYPES: dict[str, Object] = {
    "str": {"type": "string"},
    "int": {"type": "integer", "format": "int32"},
    "bool": {"type": "boolean"},
    "float": {"type": "number", "format": "double"},
    "datetime": {"type": "string", "format": "date-time"},
    "bytes": {"type": "string", "format": "byte"},
    "bytearray": {"type": "string", "format": "byte"},
    "object": {},
}


def model_of(resource: Resource) -> str | None:
    """``V1Node``; None for kinds that are not of Kubernetes itself."""
    if resource.custom or _GROUPS_OF_OTHERS.search(resource.group):
        return None
    name = _SPECIAL.get((resource.group, resource.kind), resource.version.capitalize() + resource.kind)
    return name if _model(name) is not None else None


def fields_of(model: str) -> dict[str, str]:
    """JSON name to type: ``str``, ``List[V1Taint]``, ``Dict[str, str]``, ``object`` (anything)."""
    return _fields(model)


def pruned(obj: Object, resource: Resource) -> tuple[Object, list[str]]:
    """The object as a typed decoder keeps it, and the paths of what it drops; ``BadRequest`` for wrong types."""
    model = model_of(resource)
    if model is None:
        return obj, []
    unknown: list[str] = []
    try:
        return _pruned(obj, model, "", unknown), unknown
    except _WrongType as error:
        raise BadRequest(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {error}'
        ) from error


def is_map(model: str, names: Sequence[str]) -> bool:
    """Whether the field that a path of names leads to is a map, not a struct."""
    kind = model
    for name in names:
        container, item = _item(kind)
        while container == "list":
            container, item = _item(item)
        if container == "dict":
            kind = item
            continue
        fields = _fields(item) if _model(item) is not None else {}
        if name not in fields:
            return False
        kind = fields[name]
    return _item(kind)[0] == "dict"


def schema_of(model: str) -> Object:
    """The OpenAPI v3 schema of a model; other models are referred to."""
    cls = _model(model)
    schema: Object = {"type": "object"}
    description = _described(cls)
    if description:
        schema["description"] = description
    properties: Object = {}
    for name, kind in _fields(model).items():
        properties[name] = _openapi(kind)
        text = _field_description(cls, name)
        if text:
            properties[name]["description"] = text
    if properties:
        schema["properties"] = properties
    required = [name for name in properties if _is_required(cls, name)]
    if required:
        schema["required"] = required
    return schema


def models_below(model: str) -> Iterator[str]:
    """``model`` and every model that its fields lead to, each once."""
    seen: set[str] = set()
    todo = [model]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        for kind in _fields(name).values():
            inner = _inner(kind)
            if inner not in _OPENAPI_TYPES and _model(inner) is not None:
                todo.append(inner)


class _WrongType(Exception):
    """What the decoder says about a value."""


#: what the models call strings, and Go bytes
_BYTES = frozenset(
    {
        ("V1Secret", "data"),
        ("V1ConfigMap", "binaryData"),
        ("V1CertificateSigningRequestSpec", "request"),
        ("AdmissionregistrationV1WebhookClientConfig", "caBundle"),
    }
)
#: moments that are written with six digits behind the second
_MICRO = frozenset({"acquireTime", "renewTime", "eventTime", "lastObservedTime"})


@lru_cache(maxsize=2048)
def _model(name: str) -> Any:
    from kubernetes.client import models

    return getattr(models, name, None)


@lru_cache(maxsize=2048)
def _fields(name: str) -> dict[str, str]:
    cls = _model(name)
    types: dict[str, str] = getattr(cls, "openapi_types", {})
    names: dict[str, str] = getattr(cls, "attribute_map", {})
    return {names[attribute]: kind for attribute, kind in types.items()}


@lru_cache(maxsize=8192)
def _item(kind: str) -> tuple[str, str]:
    """``("list", "V1Taint")``, ``("dict", "str")`` or ``("", "V1NodeSpec")``."""
    if match := re.fullmatch(r"[Ll]ist\[(.+)\]", kind):
        return "list", match[1]
    if match := re.fullmatch(r"[Dd]ict[\[(]str, ?(.+)[\])]", kind):
        return "dict", match[1]
    return "", kind


def _inner(kind: str) -> str:
    container, item = _item(kind)
    return _inner(item) if container else item


def _pruned(value: Any, kind: str, path: str, unknown: list[str], owner: str = "") -> Any:
    if value is None:
        return None
    container, item = _item(kind)
    if container == "list":
        _demand(value, (list,), kind, path, owner)
        entries = [_zero(item) if entry is None else entry for entry in value]
        return [_pruned(entry, item, f"{path}[{index}]", unknown, owner) for index, entry in enumerate(entries)]
    if container == "dict":
        _demand(value, (dict,), kind, path, owner)
        entries_by_key = {key: _zero(item) if entry is None else entry for key, entry in value.items()}
        return {key: _pruned(entry, item, f"{path}.\0{key}\0", unknown, owner) for key, entry in entries_by_key.items()}
    if item in _PYTHON_TYPES:
        _demand(value, _PYTHON_TYPES[item], item, path, owner)
        if item == "datetime":
            _refuse(moment_problem(value, micro=path.rpartition(".")[2] in _MICRO))
        return value
    fields = _fields(item) if item != "object" and _model(item) is not None else {}
    if not fields:
        return value
    _demand(value, (dict,), item, path, owner)
    result: Object = {}
    for key, entry in value.items():
        below = f"{path}.{key}" if path else key
        if key in fields:
            if (item, key) in _BYTES:
                _check_bytes(entry)
            result[key] = _pruned(entry, fields[key], below, unknown, re.sub(r"^(Core|Events)?V\d+(\w+\d)?", "", item))
        else:
            unknown.append(below.replace("\0", ""))
    return result


def _zero(kind: str) -> Any:
    """What Go makes of a null in a list or a map."""
    if kind in ("str", "bytes", "bytearray"):
        return ""
    return {} if kind != "object" and _model(kind) is not None else None


def _check_bytes(value: Any) -> None:
    for text in value.values() if isinstance(value, dict) else [value]:
        if isinstance(text, str):
            _refuse(base64_problem(text))


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise _WrongType(problem)


def _demand(value: Any, allowed: tuple[type, ...], kind: str, path: str, owner: str) -> None:
    if isinstance(value, allowed) and not (isinstance(value, bool) and bool not in allowed):
        return
    given = _JSON_TYPES.get(type(value), "object")
    # neither places in lists nor keys of maps, which stand between zeros, are fields of a struct
    where = re.sub(r"\[\d+\]|\.\0.*?\0", "", path)
    raise _WrongType(f"json: cannot unmarshal {given} into Go struct field {owner}.{where} of type {_go_type(kind)}")


def _go_type(kind: str) -> str:
    container, item = _item(kind)
    if container == "list":
        return f"[]{_go_type(item)}"
    if container == "dict":
        return f"map[string]{_go_type(item)}"
    return _GO_TYPES.get(item) or re.sub(r"^V(\d+\w*?)([A-Z])", r"v\1.\2", item)


def _openapi(kind: str) -> Object:
    container, item = _item(kind)
    if container == "list":
        return {"type": "array", "items": _openapi(item)}
    if container == "dict":
        return {"type": "object", "additionalProperties": _openapi(item)}
    if item in _OPENAPI_TYPES:
        return dict(_OPENAPI_TYPES[item])
    return {"allOf": [{"$ref": f"#/components/schemas/{item}"}]}


def _described(cls: Any) -> str:
    text = (getattr(cls, "__doc__", "") or "").partition("Attributes:")[0]
    return " ".join(text.split())


def _field(cls: Any, json_name: str) -> Any:
    for attribute, name in getattr(cls, "attribute_map", {}).items():
        if name == json_name:
            return getattr(cls, "model_fields", {}).get(attribute)
    return None


def _field_description(cls: Any, name: str) -> str:
    return getattr(_field(cls, name), "description", "") or ""


def _is_required(cls: Any, name: str) -> bool:
    field = _field(cls, name)
    return field is not None and bool(field.is_required())
