# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages that are loaded when something of them is used, not when they are imported.

More than half of the time of a short module goes into ``import kubernetes``: hundreds of generated classes, pydantic
and OAuth libraries, of which a module that reads a kubeconfig and asks fixed paths uses none. Nothing else changes:
whoever asks one of these packages for anything gets it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Optional


@dataclass(frozen=True)
class Package:
    """What of a package can be had without running its ``__init__``."""

    #: names and the submodules that they come from
    within: Mapping[str, str] = field(default_factory=dict)
    #: functions and classes that are imported by name and called later, if ever
    called_later: tuple[str, ...] = ()


PACKAGES: Mapping[str, Package] = {
    "kubernetes.client": Package(
        within={"Configuration": "configuration", "ApiException": "exceptions"}, called_later=("ApiClient",)
    ),
    "kubernetes.client.models": Package(),
    "kubernetes.informer": Package(),
    "kubernetes.stream": Package(),
    "kubernetes.utils": Package(),
    "kubernetes.watch": Package(),
    # What refreshes the token of an OIDC provider.
    "oauthlib.oauth2": Package(),
    "requests_oauthlib": Package(called_later=("OAuth2Session",)),
}


def defer() -> None:
    """Do so from now on in this process; what is loaded already stays as it is."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        # Whoever stands before the finder of installed packages keeps his place.
        there = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(there, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Optional[ModuleType] = None) -> Optional[ModuleSpec]:
        if fullname not in PACKAGES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Deferring(spec.loader, PACKAGES[fullname])
        return spec


class _Deferring(Loader):
    def __init__(self, loader: Loader, package: Package) -> None:
        self._loader = loader
        self._package = package
        self._done = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Optional[ModuleType]:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__getattr__"] = lambda name: self._attribute(module, name)

    def _attribute(self, module: ModuleType, name: str) -> Any:
        if name in self._package.called_later:

            def called(*args: Any, **kwargs: Any) -> Any:
                return self._loaded(module, name)(*args, **kwargs)

            return called
        if name in self._package.within:
            return getattr(importlib.import_module(f"{module.__name__}.{self._package.within[name]}"), name)
        if name.startswith("__") and name != "__version__":
            # The import system looks for such names itself.
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return self._loaded(module, name)

    def _loaded(self, module: ModuleType, name: str) -> Any:
        if not self._done:
            self._done = True
            del module.__dict__["__getattr__"]
            self._loader.exec_module(module)
        return getattr(module, name)
