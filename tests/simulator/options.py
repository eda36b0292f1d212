"""What can be chosen about a simulated cluster: one frozen dataclass, and the command line that fills it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

#: what can be had with ``--with``, and what it is
EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        "egress": "egress firewalls, egress IPs and multicast of OpenShift SDN",
        "nncp": "an NMState policy on the primary interface, and one on a card for storage",
        "bond": "the primary interface is a bond, made by an NMState policy",
        "vlan": "the primary interface is a VLAN on a bond, made by NMState policies",
        "routes": "hosts with a static route and a policy rule of their own",
        "webhooks": "admission webhooks of third parties, served by pods",
        "mhc": "workers' machines belong to their MachineSet, so that MachineHealthChecks replace unhealthy ones",
        "proxy": "a cluster-wide proxy with noProxy",
        "no-nmstate": "no NMState operator: none of its kinds, policies or pods",
        "termination": "the health check machine-api-termination-handler, which replaces spot instances",
        "olm-webhooks": "operators of the Operator Lifecycle Manager with webhooks in openshift-* namespaces",
        "autoscaler": "a cluster autoscaler that removes workers which nobody needs",
        "ceph": "a CephCluster of OpenShift Data Foundation",
        "argocd": "Argo CD applications, one of which holds the cluster's configuration",
        "ptp": "a PtpConfig on a card that is not the primary one",
        "sriov": "an SriovNetworkNodePolicy on a card that is not the primary one",
    }
)
#: what can be chosen with ``--platform``; None is bare metal (or anything) that its owner has provisioned
PLATFORMS = ("BareMetal", "AWS", "VSphere", "None")
_POLICIES = ("nncp", "bond", "vlan")


@dataclass(frozen=True)
class Options:
    """A cluster and the process that serves it. Times are in seconds; durations are simulated seconds."""

    masters: int = 3
    workers: int = 3
    #: custom pools: name to number of nodes, in addition to ``workers``
    pools: Mapping[str, int] = field(default_factory=dict)
    #: a build of OpenShift, ``4.14.31``, or a minor version, ``4.14``, for its last build
    ocp: str = "4.14"
    #: what it runs on, of ``PLATFORMS``
    platform: str = "BareMetal"
    #: simulated seconds per real second; 0 jumps from event to event
    speed: float = 60.0
    seed: int = 0
    #: control plane nodes carry ``node-role.kubernetes.io/control-plane`` and no ``master`` label
    control_plane_label_only: bool = False
    #: nodes keep their CNI configuration, and stay Ready, when the network plugin is changed
    nodes_stay_ready: bool = False
    #: ``controlPlane.replicas`` of the install-config, None for the number of control plane nodes
    install_config_masters: int | None = None
    #: what the cluster has besides the default, of ``EXTRAS``
    extras: Sequence[str] = ()
    #: durations that differ from the default, by name
    durations: Mapping[str, float] = field(default_factory=dict)
    #: every duration is zero
    instant: bool = False
    #: faults active from the start, ``kind[:target][,k=v]``
    faults: Sequence[str] = ()
    #: port of the API on the loopback address, 0 for any free one
    port: int = 0
    #: port of the control endpoint, 0 for any free one
    control_port: int = 0
    #: the process ends by itself after so many real seconds
    max_lifetime: float = 3600.0
    #: every node has an ssh server on its loopback address; keys and configuration are written beside ``state``
    ssh: bool = False
    kubeconfig: Path | None = None
    state: Path | None = None


class OptionsError(ValueError):
    """A value that no simulator can be started with; its text says which and why."""


def validate(options: Options) -> Options:
    """``options`` unchanged, or ``OptionsError``."""
    if options.masters < 1:
        raise OptionsError(f"--masters must be at least 1, not {options.masters}")
    if options.install_config_masters is not None and options.install_config_masters < 1:
        raise OptionsError(f"--install-config-masters must be at least 1, not {options.install_config_masters}")
    if options.workers < 0:
        raise OptionsError(f"--workers must not be negative, not {options.workers}")
    for pool, size in options.pools.items():
        if pool in ("master", "worker"):
            raise OptionsError(f"--pool {pool}={size}: use --masters and --workers for the pools master and worker")
        if size < 0:
            raise OptionsError(f"--pool {pool}={size}: the number of nodes must not be negative")
    if options.speed < 0:
        raise OptionsError(f"--speed must not be negative, not {options.speed:g}")
    for name, port in (("--port", options.port), ("--control-port", options.control_port)):
        if not 0 <= port <= 65535:
            raise OptionsError(f"{name} must be between 0 and 65535, not {port}")
    for name, seconds in options.durations.items():
        if seconds < 0:
            raise OptionsError(f"--duration {name}={seconds:g}: a duration must not be negative")
    unknown = sorted(set(options.extras) - set(EXTRAS))
    if unknown:
        raise OptionsError(f"--with {','.join(unknown)}: choose from {', '.join(EXTRAS)}")
    if options.platform not in PLATFORMS:
        raise OptionsError(f"--platform {options.platform}: choose from {', '.join(PLATFORMS)}")
    made_by_nmstate = [name for name in options.extras if name in _POLICIES]
    if "no-nmstate" in options.extras and made_by_nmstate:
        raise OptionsError(f"--with no-nmstate: {','.join(made_by_nmstate)} is made by policies of NMState")
    if options.platform == "None" and "mhc" in options.extras:
        raise OptionsError("--platform None has no Machines, so mhc has nothing to check")
    if options.ssh and options.state is None:
        raise OptionsError("--ssh needs --state: keys and configuration are written beside the state file")
    if options.max_lifetime <= 0:
        raise OptionsError(f"--max-lifetime must be positive, not {options.max_lifetime:g}")
    return options


def parse(arguments: Sequence[str]) -> Options:
    """The options of a command line; exits with code 2 and a message when they make no sense."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return validate(
            Options(
                masters=given.masters,
                workers=given.workers,
                pools={name: int(size) for name, size in given.pool},
                ocp=given.ocp,
                platform=given.platform,
                speed=given.speed,
                seed=given.seed,
                control_plane_label_only=given.control_plane_label_only,
                nodes_stay_ready=given.nodes_stay_ready,
                install_config_masters=given.install_config_masters,
                extras=tuple(name for names in given.extras for name in names.split(",") if name),
                durations=dict(given.duration),
                instant=given.instant,
                faults=tuple(given.fault),
                port=given.port,
                control_port=given.control_port,
                max_lifetime=given.max_lifetime,
                ssh=given.ssh,
                kubeconfig=given.kubeconfig,
                state=given.state,
            )
        )
    except OptionsError as error:
        parser.error(str(error))


def to_arguments(options: Options) -> list[str]:
    """The command line that ``parse`` turns into ``options`` again."""
    arguments = [
        f"--masters={options.masters}",
        f"--workers={options.workers}",
        f"--ocp={options.ocp}",
        f"--platform={options.platform}",
        f"--speed={options.speed}",
        f"--seed={options.seed}",
        f"--port={options.port}",
        f"--control-port={options.control_port}",
        f"--max-lifetime={options.max_lifetime}",
    ]
    arguments += [f"--pool={name}={size}" for name, size in options.pools.items()]
    arguments += [f"--duration={name}={seconds}" for name, seconds in options.durations.items()]
    arguments += [f"--fault={fault}" for fault in options.faults]
    arguments += [f"--with={name}" for name in options.extras]
    if options.control_plane_label_only:
        arguments.append("--control-plane-label-only")
    if options.nodes_stay_ready:
        arguments.append("--nodes-stay-ready")
    if options.install_config_masters is not None:
        arguments.append(f"--install-config-masters={options.install_config_masters}")
    if options.instant:
        arguments.append("--instant")
    if options.ssh:
        arguments.append("--ssh")
    if options.kubeconfig is not None:
        arguments.append(f"--kubeconfig={options.kubeconfig}")
    if options.state is not None:
        arguments.append(f"--state={options.state}")
    return arguments


def _named_number(text: str) -> tuple[str, float]:
    name, separator, number = text.partition("=")
    if not (separator and name):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=NUMBER")
    try:
        return name, float(number)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{number!r} in {text!r} is not a number") from error


def _parser() -> argparse.ArgumentParser:
    default = Options()
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description="A simulated OpenShift cluster.")
    add = parser.add_argument
    add("--masters", type=int, default=default.masters, help="control plane nodes (default %(default)s)")
    add("--workers", type=int, default=default.workers, help="worker nodes (default %(default)s)")
    add("--pool", type=_named_number, action="append", default=[], metavar="NAME=NODES", help="a custom pool")
    add("--ocp", default=default.ocp, help="build of OpenShift, or a minor version for its last (%(default)s)")
    add("--platform", default=default.platform, help=f"of {', '.join(PLATFORMS)} (default %(default)s)")
    add("--speed", type=float, default=default.speed, help="simulated seconds per second, 0: no waiting (%(default)s)")
    add("--draw", type=int, metavar="SEED", help="draw build, size, platform and extras from a seed, and print them")
    add("--seed", type=int, default=default.seed, help="seed of everything random (default %(default)s)")
    add("--control-plane-label-only", action="store_true", help="control plane nodes without the label master")
    add("--nodes-stay-ready", action="store_true", help="nodes do not go NotReady when the network plugin is changed")
    add("--install-config-masters", type=int, metavar="N", help="control plane replicas of the install-config")
    add("--with", action="append", default=[], dest="extras", metavar="WHAT", help=f"of {', '.join(EXTRAS)}")
    add("--duration", type=_named_number, action="append", default=[], metavar="NAME=SECONDS", help="change a duration")
    add("--instant", action="store_true", help="every duration is zero")
    add("--fault", action="append", default=[], metavar="KIND[:TARGET][,K=V]", help="a fault active from the start")
    add("--port", type=int, default=default.port, help="port of the API (default: any free one)")
    add("--control-port", type=int, default=default.control_port, help="port of the control endpoint (default: any)")
    add("--max-lifetime", type=float, default=default.max_lifetime, help="end after so many seconds (%(default)s)")
    add("--ssh", action="store_true", help="nodes answer ssh on loopback addresses; needs --state")
    add("--kubeconfig", type=Path, help="where to write the kubeconfig")
    add("--state", type=Path, help="where to write {pid, api, control, kubeconfig, ssh} as JSON once ready")
    return parser
