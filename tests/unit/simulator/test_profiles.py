"""A profile is a build: what was merged after it is not in it."""

from __future__ import annotations

import pytest

from tests.simulator.builds import BUILDS, CHANGES, Build, Change
from tests.simulator.profiles import BY_BUILD, PROFILES, UnknownVersion, profile_for


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.version)
def test_a_build_names_one_release(build: Build) -> None:
    profile = profile_for(build.version)
    assert profile.version.startswith(f"{profile.minor}.")
    assert profile.rhcos_version in profile.os_image
    assert profile.rhcos_version.startswith(f"{profile.minor.replace('.', '')}.")
    assert f".{build.built:%Y%m%d}" in profile.rhcos_version
    assert f"rhaos{profile.minor}." in profile.container_runtime_version
    assert profile.container_runtime_version.startswith(f"cri-o://1.{profile.kubernetes_minor}.")
    assert len(profile.release_image.partition("@sha256:")[2]) == 64


@pytest.mark.parametrize("minor", ["4.12", "4.13", "4.14", "4.15", "4.16"])
def test_there_are_an_early_a_middle_and_a_last_build(minor: str) -> None:
    built = [build.built for build in BUILDS if build.minor == minor]
    assert len(built) >= 3
    assert built == sorted(built)
    assert profile_for(minor).version == [build.version for build in BUILDS if build.minor == minor][-1]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.source)
def test_a_change_separates_builds(change: Change) -> None:
    """One that all builds have, or none, belongs into the minor version or nowhere."""
    of_minor = [profile for profile in BY_BUILD.values() if profile.minor == change.minor]
    for field, value in change.fields.items():
        has = {profile.version: getattr(profile, field) == value for profile in of_minor}
        assert has == {profile.version: profile.build.built >= change.merged for profile in of_minor}
        assert set(has.values()) == {True, False}


def test_versions() -> None:
    assert profile_for("4.14.31").version == "4.14.31"
    assert profile_for("4.16").channel == "stable-4.16"
    assert profile_for("4.14").kubernetes_minor == "27"
    assert profile_for("4.13").required_pools_seconds(masters=3) == 600
    assert profile_for("4.14").required_pools_seconds(masters=3) == 1800
    assert list(PROFILES) == ["4.12", "4.13", "4.14", "4.15", "4.16", "4.17"]


@pytest.mark.parametrize("version", ["4.11", "4.14.30", "4", "", "3.11"])
def test_a_build_that_nobody_looked_at_is_refused(version: str) -> None:
    with pytest.raises(UnknownVersion, match=rf"no profile for OpenShift {version}; there are 4\.12, .*4\.14\.31"):
        profile_for(version)
