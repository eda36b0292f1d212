"""Clusters that people have: one seed draws a plausible mix of build, size, platform and what else is in it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.simulator.builds import BUILDS
from tests.simulator.options import Options

#: size: masters, workers, custom pools
_SIZES: tuple[tuple[int, int, dict[str, int]], ...] = (
    (3, 3, {}),
    (3, 2, {"infra": 2}),
    (3, 3, {}),
    (3, 0, {}),
    (1, 0, {}),
)
#: platform to how often it is met
_PLATFORMS = {"AWS": 3, "VSphere": 4, "BareMetal": 3, "None": 2}
#: each is there with that chance, in percent
_CHANCES = {
    "proxy": 40,
    "olm-webhooks": 40,
    "argocd": 30,
    "ceph": 30,
    "egress": 30,
    "routes": 15,
}
#: besides, where there are Machines
_OF_MACHINES = {"mhc": 40, "autoscaler": 30}
#: besides, on hosts of one's own
_OF_HOSTS = {"ptp": 25, "sriov": 30}


def drawn(seed: int, options: Options | None = None) -> Options:
    """``options`` with the build, the topology, the platform and the extras of cluster number ``seed``.

    The same number is the same cluster; every drawn build ships OpenShift SDN.
    """
    random = Random(seed)
    build = random.choice([build.version for build in BUILDS if build.minor != "4.17"])
    platform = random.choices(list(_PLATFORMS), weights=list(_PLATFORMS.values()))[0]
    masters, workers, pools = random.choice(_SIZES)
    hosts = platform in ("BareMetal", "None")
    chances = {**_CHANCES, **(_OF_MACHINES if platform != "None" and workers else {}), **(_OF_HOSTS if hosts else {})}
    extras = [name for name, percent in chances.items() if random.randrange(100) < percent]
    if platform != "None":
        extras.append("termination")
    if hosts and random.randrange(100) < 60:
        extras += random.choice(([], ["nncp"], ["bond"], ["bond", "vlan"]))
    else:
        extras.append("no-nmstate")
    return replace(
        options or Options(),
        seed=seed,
        ocp=build,
        masters=masters,
        workers=workers,
        pools=dict(pools),
        platform=platform,
        extras=tuple(extras),
    )


def described(options: Options) -> str:
    """The part of a command line that makes the same cluster without drawing."""
    parts = [f"--ocp {options.ocp}", f"--platform {options.platform}"]
    parts += [f"--masters {options.masters}", f"--workers {options.workers}"]
    parts += [f"--pool {name}={size}" for name, size in options.pools.items()]
    if options.extras:
        parts.append(f"--with {','.join(options.extras)}")
    return " ".join([*parts, f"--seed {options.seed}"])
