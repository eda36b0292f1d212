"""An API server of a kubeconfig, spoken to in plain HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes.client import Configuration
from kubernetes.config import load_kube_config

from tests.differential.catalogue import Step, definition

_NAMES = "/api/v1/namespaces"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#: seconds until the server must serve the CRD of the catalogue
_PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    code: int
    #: the decoded body; text when it is no JSON
    body: Any


class Server:
    """Speaks as the current context of ``kubeconfig``. ``namespace`` and the CRD exist between enter and exit."""

    def __init__(self, kubeconfig: Path, *, namespace: str) -> None:
        configuration = Configuration()
        load_kube_config(config_file=str(kubeconfig), client_configuration=configuration)
        self.name = f"{configuration.host} ({kubeconfig})"
        self.namespace = namespace
        self._host: str = configuration.host.rstrip("/")
        token = configuration.get_api_key_with_prefix("authorization")
        self._headers = {"Authorization": token} if token else {}
        self._pool = urllib3.PoolManager(
            ca_certs=configuration.ssl_ca_cert,
            cert_file=configuration.cert_file,
            key_file=configuration.key_file,
            cert_reqs="CERT_REQUIRED" if configuration.verify_ssl else "CERT_NONE",
            retries=False,
        )

    def __enter__(self) -> Server:
        widgets = definition()
        self._demand("POST", _NAMES, {"metadata": {"name": self.namespace}}, code=201)
        self._demand("POST", _DEFINITIONS, widgets, code=201)
        spec = widgets["spec"]
        path = f"/apis/{spec['group']}/v1/{spec['names']['plural']}"
        deadline = time.monotonic() + _PATIENCE
        while (answer := self.ask("GET", path)).code != 200:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not serve {path} after {_PATIENCE:.0f} s: {answer.body}")
            time.sleep(0.2)
        return self

    def __exit__(self, *_failure: object) -> None:
        self.ask("DELETE", f"{_DEFINITIONS}/{definition()['metadata']['name']}")
        self.ask("DELETE", f"{_NAMES}/{self.namespace}")
        self._pool.clear()

    def ask(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Answer:
        """One request; connection failures are raised."""
        headers = {**self._headers, "Accept": accept, "User-Agent": "differential/1"}
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = content_type
        response = self._pool.request(verb, self._host + path, body=data, headers=headers, timeout=60.0)
        text = response.data.decode(errors="replace")
        try:
            return Answer(response.status, json.loads(text))
        except ValueError:
            return Answer(response.status, text)

    def take(self, step: Step, kept: dict[str, str]) -> Answer:
        """A step of a conversation; ``kept`` gives its placeholders, and gets what it keeps."""
        values = {"ns": self.namespace, **kept}
        path, body = filled(step.path, values), filled(step.body, values)
        answer = self.ask(step.verb, path, body, content_type=step.content_type, accept=step.accept)
        for name, path in step.keep.items():
            kept[name] = str(value_at(answer.body, path))
        return answer

    def _demand(self, verb: str, path: str, body: Any, *, code: int) -> None:
        answer = self.ask(verb, path, body)
        if answer.code != code:
            raise RuntimeError(f"{self.name}: {verb} {path}: {answer.code} instead of {code}: {answer.body}")


def value_at(body: Any, path: str) -> Any:
    """The value at a dotted path; numbers are places in a list, a key with dots is written in brackets: ``a[b.c]``."""
    for step in _steps(path):
        if isinstance(body, list) and step.isdigit():
            body = body[int(step)] if int(step) < len(body) else None
        elif isinstance(body, dict):
            body = body.get(step)
        else:
            return None
    return body


def _steps(path: str) -> list[str]:
    steps: list[str] = []
    for index, part in enumerate(path.replace("]", "").split("[")):
        steps += part.strip(".").split(".") if index == 0 else [part]
    return [step for step in steps if step]


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """JSON data with its placeholders replaced."""
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, dict):
        return {filled(key, values): filled(item, values) for key, item in value.items()}
    return [filled(item, values) for item in value] if isinstance(value, list) else value
