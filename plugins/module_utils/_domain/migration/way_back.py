# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a cluster gets back to OpenShiftSDN from where it stands: nothing to do, an abort, or a rollback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, Optional

from ..networks import CONFIG_BLOCK, LIVE_ANNOTATION, OVN, SDN, TYPES, Networks
from ..records.journal import Journal
from ..verdicts import Verdict, counted
from .commands import CLEAR_MIGRATION, OPERATOR_SAYS, ROLLBACK, UNMARK_LIVE, set_type
from .phases import STRANGE_TYPES, strange_types
from .settings import ipsec_on

Action = Literal["nothing", "abort", "undo_refused_flip", "rollback", "finished", "blocked"]
#: Where a rollback begins or goes on; the steps before it are done.
Step = Literal["prepare", "switch", "reboot", "resume", "cleanup"]


@dataclass(frozen=True)
class WayBackFacts:
    """What is known besides the two Network objects.

    :param pools: the verdict over all pools for OpenShiftSDN
    :param journal: the record of the last flip, of whichever direction
    :param not_rebooted: since the flip that the cluster is in; None when it is in none, or there is no record of it
    :param namespace: whether OVN-Kubernetes' namespace is there and nobody has asked for its deletion
    """

    pools: Verdict
    journal: Optional[Journal]
    not_rebooted: Optional[tuple[str, ...]]
    namespace: bool


@dataclass(frozen=True)
class WayBack:
    """``remedy`` says how it goes on where the way is blocked."""

    action: Action
    reason: str
    step: Optional[Step] = None
    remedy: str = ""

    def to_json(self) -> dict[str, Optional[str]]:
        return {"action": self.action, "step": self.step, "reason": self.reason, "remedy": self.remedy}


def way_back(networks: Networks, trail: WayBackFacts) -> WayBack:
    """What undoing means here, decided from what the cluster says and not from what anybody remembers."""
    config, operator = networks.config, networks.operator
    if config.live:
        return _blocked(
            f"a live migration is going on, or its annotation {LIVE_ANNOTATION} was left behind",
            f"wait for the live migration to complete, or remove a leftover annotation: '{UNMARK_LIVE}'",
        )
    if config.spec_type not in TYPES or config.status_type not in TYPES:
        return _blocked(strange_types(config), STRANGE_TYPES)
    if operator.migration and (operator.migration.get("mtu") or operator.migration.get("mode") == "Live"):
        return _blocked(
            f"another migration is under way: spec.migration is {json.dumps(dict(operator.migration), sort_keys=True)}",
            f"finish it first; at its end, clear the field with: {CLEAR_MIGRATION}",
        )
    if config.spec_type == OVN:
        return _from_ovn(networks, trail)
    if config.status_type == SDN:
        return _from_sdn(networks, trail)
    if operator.migrating_to == SDN:
        return WayBack(
            "rollback", "the flip to OpenShiftSDN was made and the operator has not applied it yet", "switch"
        )
    return _blocked(
        f"spec.networkType was set to {SDN} without a migration to it, and the operator still runs {OVN}"
        f"{_window(trail) if operator.migrating_to == OVN else ''}",
        f"set spec.networkType to {OVN} again with: {set_type(OVN)}; wait until clusteroperator network is not "
        f"Degraded ('{OPERATOR_SAYS}')",
    )


def _blocked(reason: str, first: str) -> WayBack:
    return WayBack("blocked", reason, remedy=f"{first}; then run '{ROLLBACK}' again")


def _from_ovn(networks: Networks, trail: WayBackFacts) -> WayBack:
    config, operator = networks.config, networks.operator
    if config.status_type == SDN:
        return WayBack(
            "undo_refused_flip",
            f"spec.networkType is {OVN} and the operator still runs {SDN}: a refused flip is taken back, and then the "
            "preparation; one that is applied after all is rolled back",
        )
    if operator.migrating_to == SDN:
        return WayBack("rollback", f"a migration to {SDN} is being prepared, and no flip has been made", "prepare")
    if operator.migrating_to == OVN:
        return WayBack("rollback", f"the cluster has been switched to {OVN}{_window(trail)}", "prepare")
    return WayBack("rollback", f"the cluster runs {OVN} and no migration is set", "prepare")


def _window(trail: WayBackFacts) -> str:
    if trail.not_rebooted is None:
        return ", and no boot ids were recorded"
    if trail.not_rebooted:
        return f", and {counted(len(trail.not_rebooted), 'node', 'have')} not rebooted since"
    return ", and every node has rebooted since"


def _from_sdn(networks: Networks, trail: WayBackFacts) -> WayBack:
    config, operator = networks.config, networks.operator
    if operator.migrating_to == OVN:
        return WayBack("abort", f"a migration to {OVN} is being prepared, and no flip has been made")
    if operator.migrating_to == SDN:
        return _leftover(trail, acknowledged=config.acknowledged) or _after_our_flip(trail)
    if config.acknowledged == OVN:
        return WayBack("abort", "the preparation has been taken back, and the operator has not taken that in yet")
    if config.migrating or trail.namespace:
        return WayBack("rollback", f"the cluster runs {SDN}, and is not cleaned up", "cleanup")
    journal = trail.journal if trail.journal and trail.journal.target == SDN else None
    if trail.pools.state != "done":
        if journal and journal.closed_at is None:
            return WayBack("rollback", f"the cluster runs {SDN}; {trail.pools.reason}", "resume")
        return WayBack("abort", f"no migration is set, and the nodes are on their way back: {trail.pools.reason}")
    if journal:
        return WayBack("finished", f"the cluster has been rolled back to {SDN}")
    return WayBack("nothing", f"the cluster runs {SDN} and no migration is set{_settings_left(networks)}")


def _leftover(trail: WayBackFacts, *, acknowledged: Optional[str]) -> Optional[WayBack]:
    """A field by which nothing moves: no flip is recorded, every node has its configuration, nothing is left of OVN."""
    if trail.not_rebooted is not None or trail.pools.state != "done" or trail.namespace or acknowledged == OVN:
        return None
    return WayBack(
        "nothing",
        f"the cluster runs {SDN}, and so does every node; spec.migration asks for {SDN}, too, which an earlier "
        "migration has left and the next preparation clears",
    )


def _after_our_flip(trail: WayBackFacts) -> WayBack:
    if trail.not_rebooted is None:
        return WayBack("rollback", f"the cluster has been switched back to {SDN}; no boot ids were recorded", "reboot")
    if trail.not_rebooted:
        waiting = counted(len(trail.not_rebooted), "node", "have")
        return WayBack("rollback", f"the cluster has been switched back to {SDN}; {waiting} not rebooted yet", "reboot")
    if trail.pools.state != "done":
        return WayBack("rollback", f"every node has rebooted under {SDN}; {trail.pools.reason}", "resume")
    return WayBack("rollback", f"every node and pool is back on {SDN}; the clean-up is left", "cleanup")


def _settings_left(networks: Networks) -> str:
    """Settings in the other plugin's block are inert while OpenShiftSDN runs; the next migration begins with them."""
    if not networks.operator.block(OVN):
        return ""
    return f"; spec.defaultNetwork.{CONFIG_BLOCK[OVN]} of networks.operator.openshift.io cluster holds settings"


def sdn_problems(networks: Networks) -> list[str]:
    """Why OpenShiftSDN cannot take this cluster over, each with what to do."""
    found = []
    if ipsec_on(networks.operator.block(OVN)):
        found.append(
            f"IPsec is on, and {SDN} has none; turn it off (spec.defaultNetwork.ovnKubernetesConfig.ipsecConfig of "
            "networks.operator.openshift.io cluster) and wait until the nodes are done"
        )
    config = networks.config
    families = [*(str(entry.get("cidr", "")) for entry in config.cluster_network), *config.service_network]
    if any(":" in cidr for cidr in families):
        found.append(f"the cluster has IPv6 networks ({', '.join(families)}), and {SDN} is IPv4 only")
    return found
