"""/usr/local/bin/cluster-backup.sh, which the etcd operator puts on control plane nodes
(cluster-etcd-operator, bindata/etcd/cluster-backup.sh and etcd-common-tools)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.simulator.behaviours.conditions import find
from tests.simulator.behaviours.hosts.files import HostFile
from tests.simulator.behaviours.hosts.machines import Machine
from tests.simulator.behaviours.world import World
from tests.simulator.ports import ExecResult

PROGRAM = "cluster-backup.sh"
_COMPONENTS = {"kube-apiserver": 9, "kube-controller-manager": 7, "kube-scheduler": 7, "etcd": 8}
_USAGE = "Path to backup dir required: ./cluster-backup.sh [--force] <path-to-backup-dir>\n"
_CLUSTER_OPERATORS = "clusteroperators.config.openshift.io"
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class EtcdBackup:
    """One run of the script on a control plane node. ``started`` is the simulated second at which it begins."""

    world: World
    machine: Machine
    address: str
    started: float
    etcd_runs: Callable[[str], bool]

    def run(self, arguments: Sequence[str]) -> ExecResult:
        words = list(arguments)
        dirty = "__POSSIBLY_DIRTY__" if words[:1] == ["--force"] else ""
        words = words[1:] if dirty else words
        if not words or not words[0] or self.machine.files.find(words[0], at=self.started) is not None:
            return ExecResult(_USAGE, exit_code=1)
        folder = words[0].rstrip("/")
        self.machine.files.make(folder, now=self._now)
        told = self._certificates()
        for component, revision in _COMPONENTS.items():
            refusal = "" if dirty else self._refusal(component)
            if refusal:
                return ExecResult(f"{told}{refusal}\n", exit_code=1)
            told += f"found latest {component}: /etc/kubernetes/static-pod-resources/{component}-pod-{revision}\n"
        return self._snapshot(folder, f"{self._now:%Y-%m-%d_%H%M%S}{dirty}", told)

    def _snapshot(self, folder: str, stamp: str, told: str) -> ExecResult:
        told += "etcdctl version: 3.5.14\nAPI version: 3.5\n"
        path = f"{folder}/snapshot_{stamp}.db"
        seconds = self.world.jitter(self.world.durations.etcd_backup)
        begun = _log(self._now, "created temporary db file", caller="snapshot/v3_snapshot.go:65", path=f"{path}.part")
        fault = self.world.faults.strike("etcd_backup_fails", self.machine.name)
        if not self.etcd_runs(self.machine.name):
            return ExecResult(told, f"{begun}Error: context deadline exceeded\n", 1, seconds=seconds)
        if fault is not None and fault.get("mode", "fails") == "fails":
            words = fault.get("message", f"write {path}.part: no space left on device")
            return ExecResult(told, f"{begun}Error: {words}\n", 1, seconds=seconds)
        size = 0 if fault is not None else self._size()
        end = self._now + timedelta(seconds=seconds)
        endpoint = f"https://{self.address}:2379"
        logged = begun + _log(self._now, "fetching snapshot", caller="snapshot/v3_snapshot.go:73", endpoint=endpoint)
        took = f"{max(1, round(seconds))} seconds ago"
        shown = f"{size // 1000000} MB"
        logged += _log(
            end, "fetched snapshot", caller="snapshot/v3_snapshot.go:88", endpoint=endpoint, size=shown, took=took
        )
        logged += _log(end, "saved", caller="snapshot/v3_snapshot.go:97", path=path)
        logged += "Deprecated: Use `etcdutl snapshot status` instead.\n\n"
        file = HostFile(size, self.started + seconds, end, mode=0o600)
        self.machine.files.write(path, file)
        resources = f"{folder}/static_kuberesources_{stamp}.tar.gz"
        self.machine.files.write(resources, replace(file, size=76_154 + len(self.machine.name)))
        told += f"Snapshot saved at {path}\n"
        status = {"hash": 0x2E0B7A13 ^ size, "revision": 2_486_104, "totalKey": 9_813, "totalSize": size}
        told += json.dumps(status, separators=(",", ":")) + "\n"
        told += f"snapshot db and kube resources are successfully saved to {folder}\n"
        return ExecResult(told, logged, seconds=seconds)

    def _refusal(self, component: str) -> str:
        operator = self.world.store.find(_CLUSTER_OPERATORS, component) if self.world.api_up else None
        progressing = find(((operator or {}).get("status") or {}).get("conditions"), "Progressing")
        if progressing is None:
            return (
                f"Could not find the status of the {component}. Check if the API server is running. "
                "Pass the --force flag to skip checks."
            )
        if progressing["status"] != "False":
            return (
                f"Currently the {component} operator is progressing. A reliable backup requires that a rollout is "
                "not in progress.  Aborting!"
            )
        return ""

    def _certificates(self) -> str:
        file = "configmaps/etcd-serving-ca/ca-bundle.crt"
        return (
            f"Certificate /etc/kubernetes/static-pod-certs/{file} is missing. Checking in different directory\n"
            f"Certificate /etc/kubernetes/static-pod-resources/etcd-certs/{file} found!\n"
        )

    def _size(self) -> int:
        """As large as a database with so many nodes is."""
        return (96 + len(self.world.store.list("nodes"))) * _MEBIBYTE

    @property
    def _now(self) -> datetime:
        return self.world.now() + timedelta(seconds=self.started - self.world.clock.seconds)


def _log(when: datetime, message: str, *, caller: str, **fields: str) -> str:
    stamp = f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03}Z"
    entry = {"level": "info", "ts": stamp, "caller": caller, "msg": message, **fields}
    return json.dumps(entry, separators=(",", ":")) + "\n"
