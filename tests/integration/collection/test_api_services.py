"""A cluster with an API service that its operator has left behind, as there are many: no namespace can be deleted.

Whoever migrates is told so before the first write, and may leave it aside until after the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import writes
from tests.integration.simulator.http_client import HttpClient
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

CONSENT = {"cno_allow_disruption": True}
SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
NAME = "v1beta1.external.metrics.k8s.io"
SPEC = {
    "group": "external.metrics.k8s.io",
    "version": "v1beta1",
    "groupPriorityMinimum": 100,
    "versionPriority": 100,
    "service": {"namespace": "keda", "name": "keda-metrics-apiserver", "port": 443},
}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    options = Options(
        masters=1,
        workers=1,
        speed=150.0,
        max_lifetime=900,
        kubeconfig=tmp_path / "kubeconfig",
        state=tmp_path / "state.json",
    )
    with running(options) as simulator:
        body = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": NAME}}
        answer = HttpClient(Path(simulator.kubeconfig)).ask("POST", SERVICES, {**body, "spec": SPEC})
        assert answer.code == 201, answer.body
        yield simulator


def test_it_is_refused_before_any_write(simulator: RunningSimulator, tmp_path: Path) -> None:
    before = len(simulator.requests())
    refused = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=CONSENT)
    assert refused.code != 0
    assert f"APIService {NAME} is not Available (ServiceNotFound" in refused.flat
    assert "oc delete apiservice NAME" in refused.flat and "cno_api_services_ignore" in refused.flat
    assert [row for row in writes(simulator.requests()[before:]) if row["verb"] != "exec"] == []


@pytest.mark.slow
def test_it_is_left_aside_from_before_the_first_write_to_the_end(simulator: RunningSimulator, tmp_path: Path) -> None:
    ignored = {**CONSENT, "cno_api_services_ignore": f"{NAME},v1.nope", "cno_cleanup_namespace_timeout": 5}
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=ignored)
    assert run.code == 0, run.output[-4000:]
    assert f"APIService {NAME} is not Available (ServiceNotFound" in run.flat
    assert "APIService v1.nope is ignored, and this cluster has none of that name" in run.flat
    assert "Namespace openshift-sdn is still Terminating: Discovery failed for some groups" in run.flat
    assert "complete: the cluster runs OVNKubernetes; namespace openshift-sdn is still Terminating" in run.flat

    back = playbook("rollback", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=ignored)
    assert back.code != 0
    assert "namespace openshift-sdn is being deleted" in back.flat
    HttpClient(Path(simulator.kubeconfig)).ask("DELETE", f"{SERVICES}/{NAME}")
    again = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=CONSENT)
    assert again.code == 0, again.output[-4000:]
    assert again.counts["changed"] == 0
