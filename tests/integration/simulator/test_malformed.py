"""Malformed and minimal objects of every kind, put to the simulator over its API: none is an error of the server."""

from __future__ import annotations

from typing import Any

from tests.integration.simulator.http_client import HttpClient
from tests.simulator.process import RunningSimulator

#: what stands beside a right apiVersion, kind and name
BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"spec": {}},
    {"spec": None},
    {"spec": []},
    {"spec": {"selector": None, "template": {"spec": {"containers": [None]}}}},
    {"spec": {"template": {"metadata": {"labels": []}}, "containers": [{}], "taints": [{}], "ports": [{}]}},
    {"spec": {"replicas": "many", "minAvailable": [], "request": 7, "versions": [{}], "names": {}}},
    {"data": {"k": None}, "binaryData": {"k": "!"}, "webhooks": [{}], "rules": [{}], "subjects": [{}], "roleRef": {}},
    {"metadata": {"labels": None, "finalizers": ["a"], "ownerReferences": [{}]}},
    {"metadata": {"finalizers": [7]}, "webhooks": [None], "rules": [None]},
    {"status": {"conditions": [{}]}},
)


def test_malformed_objects_of_every_kind_are_the_fault_of_the_client(simulator: RunningSimulator):
    client = HttpClient(simulator.kubeconfig)
    asked, failed = 0, []
    for prefix, resource in _resources(client):
        namespaced = "namespaces/default/" if resource["namespaced"] else ""
        path = f"{prefix}/{namespaced}{resource['name']}"
        version = prefix.removeprefix("/apis/").removeprefix("/api/")
        for number, given in enumerate(BODIES):
            name = f"malformed-{number}"
            body = {"apiVersion": version, "kind": resource["kind"], **given}
            body["metadata"] = {"name": name, **(given.get("metadata") or {})}
            answers = [client.ask("POST", path, body)]
            if answers[0].code == 201:
                answers.append(client.ask("PUT", f"{path}/{name}", {**answers[0].json, "spec": {}}))
                answers.append(client.get(path, Accept="application/json;as=Table;v=v1;g=meta.k8s.io"))
                answers.append(client.ask("DELETE", f"{path}/{name}"))
            asked += len(answers)
            failed += [(path, given, answer.body) for answer in answers if answer.code >= 500]
    assert failed == []
    assert asked > 500
    assert client.get("/api/v1/nodes").code == 200


def _resources(client: HttpClient) -> list[tuple[str, dict[str, Any]]]:
    groups = client.get("/apis").json["groups"]
    prefixes = ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]
    return [
        (prefix, resource)
        for prefix in prefixes
        for resource in client.get(prefix).json.get("resources", ())
        if "/" not in resource["name"] and {"create", "list"} <= set(resource["verbs"])
    ]
