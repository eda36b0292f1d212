"""What has been written to the disks of the nodes, and how ``ls``, ``stat`` and their like show it."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

#: folders that every node has
_FOLDERS = (
    "/etc/kubernetes/manifests",
    "/etc/NetworkManager/system-connections",
    "/home/core",
    "/root",
    "/run",
    "/tmp",
    "/usr/local/bin",
    "/var/home/core",
    "/var/lib/etcd",
    "/var/tmp",
)
#: gone after a boot
_VOLATILE = ("/tmp/", "/run/")


@dataclass(frozen=True)
class HostFile:
    """A file: of ``size`` bytes, there from the simulated second ``since``. Big ones have no content."""

    size: int
    since: float
    changed: datetime
    mode: int = 0o644
    content: str | None = None


@dataclass
class HostFiles:
    """The files of one node that somebody has written."""

    files: dict[str, HostFile] = field(default_factory=dict)
    folders: dict[str, datetime] = field(default_factory=dict)

    def boot(self) -> None:
        """What was in memory only is gone."""
        self.files = {path: file for path, file in self.files.items() if not path.startswith(_VOLATILE)}
        self.folders = {path: made for path, made in self.folders.items() if not f"{path}/".startswith(_VOLATILE)}

    def make(self, folder: str, *, now: datetime) -> None:
        """``mkdir -p``."""
        for path in _lineage(folder):
            if not self.is_folder(path):
                self.folders[path] = now

    def write(self, path: str, file: HostFile) -> None:
        self.files[plain(path)] = file

    def remove(self, path: str, *, recursive: bool = False) -> bool:
        """Whether there was something to remove."""
        path = plain(path)
        inside = [name for name in (*self.files, *self.folders) if name.startswith(f"{path}/")]
        gone = [path, *(inside if recursive else [])]
        found = any(name in self.files or name in self.folders for name in gone)
        for name in gone:
            self.files.pop(name, None)
            self.folders.pop(name, None)
        return found

    def find(self, path: str, *, at: float) -> HostFile | None:
        """The file, when it is there at the simulated second ``at``."""
        file = self.files.get(plain(path))
        return file if file is not None and file.since <= at else None

    def is_folder(self, path: str) -> bool:
        path = plain(path)
        known = (*_FOLDERS, *self.folders, *self.files)
        return path == "/" or path in self.folders or path in _FOLDERS or any(k.startswith(f"{path}/") for k in known)

    def inside(self, folder: str, *, at: float) -> dict[str, HostFile | None]:
        """Name to file of what is in a folder, by name; None for a folder."""
        start = "" if plain(folder) == "/" else plain(folder)
        names: dict[str, HostFile | None] = {}
        for path in (*_FOLDERS, *self.folders, *self.files):
            if path.startswith(f"{start}/"):
                name, _slash, deeper = path[len(start) + 1 :].partition("/")
                file = self.find(path, at=at)
                if deeper or file is None:
                    if deeper or path not in self.files:
                        names.setdefault(name, None)
                else:
                    names[name] = file
        return dict(sorted(names.items()))

    def matching(self, pattern: str, *, at: float) -> list[str]:
        """The paths that a pattern of the shell stands for."""
        known = [path for path in self.files if self.find(path, at=at)] + [*self.folders, *_FOLDERS]
        depth = pattern.count("/")
        return sorted({path for path in known if path.count("/") == depth and fnmatch.fnmatchcase(path, pattern)})


def plain(path: str) -> str:
    """``/a//b/`` as ``/a/b``; ``/home`` is a link to ``/var/home`` on CoreOS, ``/root`` one to ``/var/roothome``."""
    path = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
    return "/home" + path.removeprefix("/var/home") if path.startswith("/var/home") else path


def digest(path: str, file: HostFile) -> str:
    """The SHA-256 of a file; a big one's is made up, and always the same."""
    text = file.content if file.content is not None else f"{plain(path)}/{file.size}/{file.since}"
    return sha256(text.encode()).hexdigest()


def permissions(mode: int, *, folder: bool = False) -> str:
    """``-rw-------.`` with the dot of a SELinux context."""
    letters = "".join(
        letter if mode & (0o400 >> place) else "-" for place, letter in enumerate("rwxrwxrwx") if place < 9
    )
    return ("d" if folder else "-") + letters + "."


def human(size: int) -> str:
    """``105M``, as coreutils round it: up."""
    value, unit = float(size), ""
    for unit in ("", "K", "M", "G", "T"):  # noqa: B007
        if value < 1024:
            break
        value /= 1024
    if not unit:
        return str(size)
    return f"{_up(value * 10) / 10:.1f}{unit}" if value < 10 else f"{_up(value)}{unit}"


def _up(value: float) -> int:
    return int(-(-value // 1))


def _lineage(folder: str) -> list[str]:
    parts = [part for part in plain(folder).split("/") if part]
    return ["/" + "/".join(parts[: end + 1]) for end in range(len(parts))]
