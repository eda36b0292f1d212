"""What must not run stops before any write, with an error that says what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.ansible_runs import playbook
from tests.integration.records import accepted, writes
from tests.simulator.options import Options
from tests.simulator.process import RunningSimulator, running

CONSENT = {"cno_allow_disruption": True}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    directory = tmp_path_factory.mktemp("refusals")
    options = Options(speed=0, max_lifetime=900, kubeconfig=directory / "kubeconfig", state=directory / "state.json")
    with running(options) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def no_write(simulator: RunningSimulator) -> Iterator[None]:
    """Nothing is written; a probe of the preflight is a command that only looks, and the only one."""
    before = len(simulator.requests())
    yield
    made = accepted(writes(simulator.requests()[before:]))
    assert [
        row for row in made if row["verb"] != "exec" or "echo ==interfaces" not in " ".join(row["body"]["command"])
    ] == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param({}, "Set cno_allow_disruption=true", id="without-consent"),
        pytest.param({"cno_allow_disruption": False}, "Set cno_allow_disruption=true", id="consent-denied"),
        pytest.param(
            {**CONSENT, "cno_context": "nobody"}, "Use a credential with the cluster-admin role", id="no-rights"
        ),
        pytest.param({**CONSENT, "cno_context": "viewer"}, "patch networks.operator.openshift.io", id="only-reading"),
        pytest.param({**CONSENT, "cno_context": "oauth"}, "Use the installer's kubeconfig", id="oauth-token"),
        pytest.param({**CONSENT, "cno_context": "elsewhere"}, "Give kubeconfig", id="unknown-context"),
        pytest.param(
            {**CONSENT, "cno_prepare_ovn": {"join_subnet": "10.128.0.0/16"}}, "overlaps with", id="overlapping-subnet"
        ),
        pytest.param(
            {**CONSENT, "cno_switch_cluster_network": [{"cidr": "fd01::/48", "host_prefix": 64}]},
            "address_families_agree",
            id="other-address-family",
        ),
        pytest.param(
            {**CONSENT, "cno_reboot_nodes": ["nope"], "cno_reboot_max_unavailable": {"gpu": 1}},
            "cno_reboot_nodes names nope, and this cluster has no such node",
            id="unknown-node",
        ),
        pytest.param(
            {**CONSENT, "cno_prepare_ovn": {"geneve_port": 4789}}, "cannot share UDP port 4789", id="same-port-as-vxlan"
        ),
    ],
)
def test_it_stops_and_says_what_to_do(
    simulator: RunningSimulator, tmp_path: Path, variables: dict[str, object], words: str
) -> None:
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=variables)
    assert run.code == 2, run.output
    assert words in run.flat


#: One of each kind; all of them, for every variable, are tried on the action itself.
WRONG: dict[str, object] = {
    **CONSENT,
    "cno_target": "Calico",
    "cno_lock_seconds": 10**10,
    "cno_wait_sleep": -5,
    "cno_prepare_ovn": {"mtu": 20, "join_subnett": "100.65.0.0/16"},
    "cno_prepare_onv": {"mtu": 1400},
    "cno_prepare_max_unavailable": {"worker": "150%"},
    "cno_switch_cluster_network": [{"cidr": "10.132.0.0/14"}],
    "cno_reboot_order": "random",
    "cno_reboot_max_unavailable": "half",
    "cno_reboot_reboot_timeout": "-1",
    "cno_reboot_ssh_private_key_file": "/nowhere/key",
    "cno_reboot_stratgy": "ssh",
    "cno_verify_pods_timeout": "soon",
    "cno_cleanup_namespace_enabled": "perhaps",
    "cno_backup_etcd_directory": "relative",
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("migrate", []), ("migrate", ["--tags", "cno_reboot"]), ("rollback", []), ("preflight", []), ("status", [])],
)
def test_wrong_variables_of_any_role_end_every_playbook_before_it_looks(
    simulator: RunningSimulator, tmp_path: Path, name: str, arguments: list[str]
) -> None:
    before = len(simulator.requests())
    run = playbook(name, kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=WRONG, arguments=arguments)
    assert run.code == 2, run.output
    assert [variable for variable in WRONG if variable not in {*CONSENT} and f" {variable}" not in run.flat] == []
    assert "cno_prepare_onv is no variable of cno_prepare; did you mean cno_prepare_ovn?" in run.flat
    assert len(simulator.requests()) == before


@pytest.mark.parametrize("name", ["migrate", "rollback", "preflight", "status"])
def test_a_host_that_is_not_in_the_inventory_ends_every_playbook(tmp_path: Path, name: str) -> None:
    run = playbook(name, kubeconfig=tmp_path / "none", cwd=tmp_path, variables={"cno_hosts": "nope", **CONSENT})
    assert run.code != 0, run.output
    assert "cno_hosts is nope, and the inventory has no such host or group" in run.flat


def test_a_survey_whose_answers_are_blank_or_text_is_one_that_was_left_out(
    simulator: RunningSimulator, tmp_path: Path
) -> None:
    """In check mode, which goes through every role."""
    answers = {
        **dict.fromkeys(("cno_kubeconfig", "cno_context", "cno_target", "cno_lock_seconds", "cno_artifacts_dir"), ""),
        **dict.fromkeys(("cno_prepare_ovn", "cno_reboot_nodes", "cno_reboot_reboot_timeout", "cno_reboot_order"), ""),
        "cno_preflight_acknowledge": "etcd_backup, tunnel_port_open\nnodes_not_routers",
        "cno_prepare_features": '{"multicast": "no"}',
        "cno_wait_sleep": "1",
        "cno_reboot_approve_csrs": "yes",
        "cno_switch_bridges_enabled": "",
    }
    run = playbook("migrate", kubeconfig=simulator.kubeconfig, cwd=tmp_path, variables=answers, arguments=["--check"])
    assert run.code == 0, run.output


def test_without_a_kubeconfig(tmp_path: Path) -> None:
    run = playbook("migrate", kubeconfig=tmp_path / "missing", cwd=tmp_path, variables=CONSENT)
    assert run.code == 2, run.output
    assert f"KUBECONFIG leads to {tmp_path / 'missing'}, and there is no such file" in run.flat


def test_with_a_dead_api(tmp_path: Path, simulator: RunningSimulator) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{unused.getsockname()[1]}"
        text = Path(simulator.kubeconfig).read_text(encoding="utf-8")
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(text.replace(simulator.api.removeprefix("https://"), dead), encoding="utf-8")
        run = playbook("migrate", kubeconfig=kubeconfig, cwd=tmp_path, variables=CONSENT)
    assert run.code == 2, run.output
    assert "the API does not answer" in run.flat
    assert "Check the API address" in run.flat
