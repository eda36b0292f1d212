"""CustomResourceDefinitions: those of the simulator's own cluster, which its seed takes as they are."""

from __future__ import annotations

import pytest

from tests.simulator.manifests import ovn_crds, platform_crds, sdn_crds
from tests.simulator.options import EXTRAS, Options
from tests.simulator.profiles import BY_BUILD
from tests.simulator.seed.shapes import shape_crds
from tests.simulator.store import definitions


@pytest.mark.parametrize("build", BY_BUILD)
def test_every_rule_and_column_of_a_build_compiles(build: str) -> None:
    profile = BY_BUILD[build]
    found = [*platform_crds(profile), *sdn_crds(profile), *ovn_crds(profile)]
    assert len(found) > 20
    for crd in found:
        definitions.check(crd)


def test_every_rule_and_column_of_the_shapes_compiles() -> None:
    found = shape_crds(Options(extras=tuple(EXTRAS)))
    assert found
    for crd in found:
        definitions.check(crd)
