"""Media types: what the client accepts, and what it has sent (apiserver, pkg/endpoints/handlers/negotiation)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from tests.simulator.api import protobuf
from tests.simulator.api.calls import Call
from tests.simulator.ports import Object
from tests.simulator.store.errors import BadRequest, NotAcceptable, UnsupportedMediaType

SERVED = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")
_JSON = ("application/json", "application/*", "*/*")
_YAML = ("application/yaml", "application/x-yaml", "text/yaml")


@dataclass(frozen=True)
class MediaType:
    name: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rendering:
    """How an answer is written."""

    shape: Literal["plain", "Table", "PartialObjectMetadata", "PartialObjectMetadataList"] = "plain"
    #: version of meta.k8s.io for the shape
    version: str = "v1"
    encoding: Literal["json", "yaml"] = "json"

    @property
    def content_type(self) -> str:
        return "application/yaml" if self.encoding == "yaml" else "application/json"

    def encode(self, obj: Any) -> bytes:
        if self.encoding == "yaml":
            return yaml.safe_dump(obj, sort_keys=False).encode()
        return encode(obj)


def encode(obj: Any) -> bytes:
    return json.dumps(obj, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def media_types(header: str) -> list[MediaType]:
    """The entries of an Accept header, in order (clients write them in the order of their preference)."""
    found = []
    for entry in header.split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name:
            pairs = (parameter.partition("=") for parameter in parameters)
            found.append(MediaType(name.lower(), {key.strip().lower(): value.strip() for key, _equals, value in pairs}))
    return found


def rendering(call: Call) -> Rendering:
    """The first entry of Accept that this server can write; ``NotAcceptable`` when there is none."""
    wanted = media_types(call.accept) or [MediaType("*/*")]
    for media in wanted:
        if media.name in _JSON or media.name in _YAML:
            encoding: Literal["json", "yaml"] = "yaml" if media.name in _YAML else "json"
            shape = media.parameters.get("as")
            if shape is None:
                return Rendering(encoding=encoding)
            version = media.parameters.get("v", "")
            of_meta = media.parameters.get("g") == "meta.k8s.io" and version in ("v1", "v1beta1")
            if of_meta and shape in ("Table", "PartialObjectMetadata", "PartialObjectMetadataList"):
                return Rendering(shape=shape, version=version, encoding=encoding)  # type: ignore[arg-type]
    raise NotAcceptable(SERVED)


def decoded_body(call: Call) -> Object:
    """The object in the body of a create, update or delete."""
    media = call.content_type.partition(";")[0].strip().lower() or "application/json"
    if media == protobuf.MEDIA_TYPE:
        return as_object(protobuf.decoded(call.body))
    if media not in ("application/json", *_YAML):
        raise UnsupportedMediaType(SERVED)
    return as_object(parse(call.body, yaml_too=media in _YAML))


def as_object(value: Any) -> Object:
    """The value when it can be an object at all: metadata and spec are objects where they are given."""
    kinds = {list: "array", str: "string", bool: "bool", int: "number", float: "number", type(None): "null"}
    if not isinstance(value, dict):
        kind = kinds.get(type(value), "object")
        raise BadRequest(f"couldn't get version/kind; json parse error: json: cannot unmarshal {kind} into Go value")
    for member in ("metadata", "spec", "deleteOptions"):
        if not isinstance(value.get(member), (dict, type(None))):
            kind = kinds.get(type(value[member]), "object")
            raise BadRequest(f"json: cannot unmarshal {kind} into Go struct field .{member}")
    return value


def parse(body: bytes, *, yaml_too: bool = False) -> Any:
    """JSON data; ``BadRequest`` when it is none."""
    try:
        return yaml.safe_load(body) if yaml_too else json.loads(body)
    except (ValueError, yaml.YAMLError) as error:
        raise BadRequest(f"error decoding request body: {error}") from error
