# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a migration borrows on its way: health checks, the autoscaler's scaling down, webhooks' timeouts, and how many
nodes a pool takes at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

from ..._cluster.kinds import (
    CLUSTER_AUTOSCALER,
    MACHINE_CONFIG_POOL,
    MACHINE_HEALTH_CHECK,
    MUTATING_WEBHOOKS,
    NODE_HEALTH_CHECK,
    VALIDATING_WEBHOOKS,
    Kind,
)
from ..._cluster.port import Cluster, Json
from ..._cluster.readers import networks, nodes
from ..._domain.borrowing.health_checks import acts_on_reboots
from ..._domain.borrowing.ledger import Loan, What, loan_summaries
from ..._domain.borrowing.settings import PAUSE_REQUEST, pool_share
from ..._domain.borrowing.webhooks import platform, slow_webhooks
from ..._domain.errors import Refused
from ..._domain.migration.window import window
from ..._domain.verdicts import counted
from ..outcome import Outcome
from ..records import journal
from .ledger import Borrower, DesiredValue, list_if_served, property_ref, read

MACHINES_NAMESPACE = "openshift-machine-api"
#: What an option names, and the entries of the ledger that it stands for.
BORROWED: Mapping[str, tuple[What, ...]] = {
    "machine_health_checks": ("machine_health_check", "node_health_check"),
    "cluster_autoscaler": ("cluster_autoscaler",),
    "webhooks": ("webhook_timeout",),
    "max_unavailable": ("max_unavailable",),
}
#: Kept between the flip and the last reboot: a health check or an autoscaler that wakes up there deletes machines, and
#: the API server waits for webhooks that nobody answers.
NEEDED_IN_WINDOW: tuple[What, ...] = (
    "machine_health_check",
    "node_health_check",
    "cluster_autoscaler",
    "webhook_timeout",
)


@dataclass(frozen=True)
class Wanted:
    """``webhook_timeout`` in seconds, 0 leaves the webhooks alone; ``webhooks`` limits it to these configurations."""

    machine_health_checks: bool = False
    cluster_autoscaler: bool = False
    webhook_timeout: int = 0
    webhooks: Sequence[str] = ()
    max_unavailable: Mapping[str, Any] = field(default_factory=dict)


def borrow(borrower: Borrower, wanted: Wanted) -> Outcome:
    """All of it is read, and what is unknown refused, before anything is written.

    :raises Refused: for a pool or a webhook configuration that is not there, or a number that is none
    """
    wishes = (_pools, _health_checks, _autoscalers, _webhooks)
    borrower.lend([desired for wish in wishes for desired in wish(borrower, wanted)])
    return borrower.outcome()


def give_back(borrower: Borrower, *, kinds: Collection[str], keep_in_window: bool) -> Outcome:
    """Everything of ``kinds`` (keys of ``BORROWED``) is as it was; what the window needs only after the window."""
    whats = [what for kind in kinds for what in BORROWED[kind]]
    due = [loan for loan in borrower.open.values() if loan.ref.what in whats]
    kept: list[Loan] = []
    if keep_in_window and any(loan.ref.what in NEEDED_IN_WINDOW for loan in due):
        reason = _window(borrower.cluster)
        kept = [loan for loan in due if reason and loan.ref.what in NEEDED_IN_WINDOW]
        if kept:
            borrower.warnings.append(
                f"{counted(len(kept), 'thing')} stay borrowed until every node has rebooted: {reason}."
            )
    borrower.give_back([loan for loan in due if loan not in kept])
    return borrower.outcome(returned=loan_summaries(borrower.returned), kept=loan_summaries(kept))


def info(cluster: Cluster) -> Outcome:
    return Outcome(facts={"loans": loan_summaries(read(cluster).values())})


def _window(cluster: Cluster) -> str:
    seen = networks(cluster)
    return window(seen, journal.read(cluster, seen=seen), nodes(cluster))


def _health_checks(borrower: Borrower, wanted: Wanted) -> Iterator[DesiredValue]:
    if not wanted.machine_health_checks:
        return
    for check in list_if_served(borrower.look, MACHINE_HEALTH_CHECK, namespace=MACHINES_NAMESPACE):
        if acts_on_reboots(check):
            reference = property_ref(check, MACHINE_HEALTH_CHECK, "machine_health_check")
            yield DesiredValue(reference, document=check, wanted="")
    for check in list_if_served(borrower.look, NODE_HEALTH_CHECK):
        yield DesiredValue(
            property_ref(check, NODE_HEALTH_CHECK, "node_health_check"), document=check, wanted=PAUSE_REQUEST
        )


def _autoscalers(borrower: Borrower, wanted: Wanted) -> Iterator[DesiredValue]:
    if not wanted.cluster_autoscaler:
        return
    for autoscaler in list_if_served(borrower.cluster, CLUSTER_AUTOSCALER):
        reference = property_ref(autoscaler, CLUSTER_AUTOSCALER, "cluster_autoscaler")
        yield DesiredValue(reference, document=autoscaler, wanted=False)


def _webhooks(borrower: Borrower, wanted: Wanted) -> Iterator[DesiredValue]:
    if not wanted.webhook_timeout:
        return
    kinds = (VALIDATING_WEBHOOKS, MUTATING_WEBHOOKS)
    configurations = [(kind, configuration) for kind in kinds for configuration in borrower.look.list(kind)]
    known = {configuration["metadata"]["name"] for _kind, configuration in configurations}
    unknown = [name for name in wanted.webhooks if name not in known]
    if unknown:
        raise _refused(
            f"there is no webhook configuration {', '.join(unknown)}",
            "Correct the names (cno_switch_webhook_names); they are listed by 'oc get validatingwebhookconfigurations' "
            "and 'oc get mutatingwebhookconfigurations'.",
        )
    for kind, configuration in configurations:
        name = configuration["metadata"]["name"]
        if name in wanted.webhooks or (not wanted.webhooks and not platform(configuration)):
            yield from _timeouts(kind, configuration, seconds=wanted.webhook_timeout)


def _timeouts(kind: Kind, configuration: Json, *, seconds: int) -> Iterator[DesiredValue]:
    for name in slow_webhooks(configuration, seconds=seconds):
        ref = property_ref(configuration, kind, "webhook_timeout", part=name)
        yield DesiredValue(ref, document=configuration, wanted=seconds)


def _pools(borrower: Borrower, wanted: Wanted) -> Iterator[DesiredValue]:
    if not wanted.max_unavailable:
        return
    numbers = {name: _number(name, value) for name, value in wanted.max_unavailable.items()}
    pools = {pool["metadata"]["name"]: pool for pool in borrower.look.list(MACHINE_CONFIG_POOL)}
    unknown = [name for name in numbers if name not in pools]
    if unknown:
        raise _refused(
            f"there is no MachineConfigPool {', '.join(unknown)}; this cluster has {', '.join(pools) or 'none'}",
            "Correct the names (cno_prepare_max_unavailable).",
        )
    for name, number in numbers.items():
        if name == "master" and number != 1:
            borrower.warnings.append(
                "maxUnavailable of the control plane's pool is not 1: etcd loses its quorum when too many go at once."
            )
        ref = property_ref(pools[name], MACHINE_CONFIG_POOL, "max_unavailable")
        yield DesiredValue(ref, document=pools[name], wanted=number)


def _number(pool: str, value: Any) -> Union[int, str]:
    try:
        return pool_share(value)
    except ValueError as error:
        raise _refused(f"max_unavailable of pool {pool} is {error}", "Give it as 3 or as 10%.") from error


def _refused(problem: str, remedy: str) -> Refused:
    return Refused(tried="borrow for the migration", seen=problem, remedy=f"Nothing was changed. {remedy}")
