"""The ClusterVersion of a healthy cluster."""

from __future__ import annotations

from tests.simulator.ports import Object
from tests.simulator.seed.context import Seeding
from tests.simulator.seed.networks import SDN_BLOCKS_UPGRADE
from tests.simulator.topology import identity


def seed_version(seeding: Seeding) -> None:
    """ClusterVersion: installed at this version a month ago."""
    profile, ages = seeding.profile, seeding.ages
    body: Object = {
        "spec": {
            "channel": profile.channel,
            "clusterID": str(identity(seeding.options.seed, "cluster")),
        },
        "status": {
            "availableUpdates": None,
            "capabilities": {"enabledCapabilities": list(_CAPABILITIES), "knownCapabilities": list(_CAPABILITIES)},
            "conditions": _version_conditions(seeding),
            "desired": {
                "channels": [f"{kind}-{profile.minor}" for kind in ("candidate", "eus", "fast", "stable")],
                "image": profile.release_image,
                "url": "https://access.redhat.com/errata/RHSA-2024:4479",
                "version": profile.version,
            },
            "history": [
                {
                    "completionTime": ages.installing(minutes=42),
                    "image": profile.release_image,
                    "startedTime": ages.installing(minutes=2),
                    "state": "Completed",
                    "verified": False,
                    "version": profile.version,
                }
            ],
            "observedGeneration": 2,
            "versionHash": "wVmJ0jcYJ2k=",
        },
    }
    seeding.create(
        "clusterversions.config.openshift.io",
        "version",
        body,
        created=ages.installing(minutes=2),
        generation=2,
    )


_CAPABILITIES = (
    "Console",
    "Insights",
    "MachineAPI",
    "NodeTuning",
    "Storage",
    "baremetal",
    "marketplace",
    "openshift-samples",
)


def _version_conditions(seeding: Seeding) -> list[Object]:
    version = seeding.profile.version
    started, done = seeding.ages.installing(minutes=2), seeding.ages.installing(minutes=42)
    conditions = [
        {
            "lastTransitionTime": started,
            "message": f'Payload loaded version="{version}" image="{seeding.profile.release_image}"',
            "reason": "PayloadLoaded",
            "status": "True",
            "type": "ReleaseAccepted",
        },
        {"lastTransitionTime": done, "message": f"Done applying {version}", "status": "True", "type": "Available"},
        {"lastTransitionTime": done, "status": "False", "type": "Failing"},
        {
            "lastTransitionTime": done,
            "message": f"Cluster version is {version}",
            "status": "False",
            "type": "Progressing",
        },
        {"lastTransitionTime": started, "status": "True", "type": "RetrievedUpdates"},
        {
            "lastTransitionTime": started,
            "message": "Capabilities match configured spec",
            "reason": "AsExpected",
            "status": "False",
            "type": "ImplicitlyEnabledCapabilities",
        },
    ]
    if seeding.profile.network_upgradeable in ("sdn", "sdn_and_migration") and seeding.profile.sdn_supported:
        conditions.append(
            {
                "lastTransitionTime": done,
                "message": (
                    f"Cluster operator network should not be upgraded between minor versions: {SDN_BLOCKS_UPGRADE}"
                ),
                "reason": "OpenShiftSDNConfigured",
                "status": "False",
                "type": "Upgradeable",
            }
        )
    return conditions
