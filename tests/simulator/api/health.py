"""``/version`` and the health endpoints of kube-apiserver."""

from __future__ import annotations

from tests.simulator.ports import Object

_CHECKS = (
    "ping",
    "log",
    "etcd",
    "etcd-readiness",
    "informer-sync",
    "poststarthook/openshift.io-startkubeinformers",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/apiservice-registration-controller",
    "autoregister-completion",
)


#: What has not ended yet while an API server reads its roles.
_LATE = ("informer-sync", "poststarthook/rbac/bootstrap-roles")


def is_asked(path: str) -> bool:
    return path.strip("/").partition("/")[0] in ("livez", "readyz", "healthz")


def report(path: str, *, verbose: bool, starting: bool = False) -> tuple[int, str]:
    """Code and text. The endpoints answer ``ok`` whenever the port answers at all: the gate stands for the rest.

    :param starting: whether the API server has yet to read its roles, without which it lives and is not ready
    """
    endpoint, _slash, check = path.strip("/").partition("/")
    late = _LATE if starting and endpoint != "livez" else ()
    if check:
        if check in late:
            return 500, "internal server error: not finished\n"
        return (200, "ok") if check in _CHECKS else (404, "404 page not found\n")
    if late:
        marks = "".join(f"[-]{n} failed: reason withheld\n" if n in late else f"[+]{n} ok\n" for n in _CHECKS)
        return 500, f"{marks}{endpoint} check failed\n"
    if not verbose:
        return 200, "ok"
    return 200, "".join(f"[+]{name} ok\n" for name in _CHECKS) + f"{endpoint} check passed\n"


def version(git_version: str) -> Object:
    """``/version`` of ``v1.27.15+…``."""
    major, minor = git_version.removeprefix("v").split(".")[:2]
    return {
        "major": major,
        "minor": minor,
        "gitVersion": git_version,
        "gitCommit": "0" * 40,
        "gitTreeState": "clean",
        "buildDate": "2024-06-18T11:18:52Z",
        "goVersion": "go1.20.12 X:strictfipsruntime",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
