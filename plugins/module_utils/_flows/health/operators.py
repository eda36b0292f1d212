# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until the ClusterOperators, and when asked the APIServices, are healthy; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..._cluster.kinds import API_SERVICE, CLUSTER_OPERATOR
from ..._cluster.port import Cluster
from ..._domain import durations
from ..._domain.errors import Refused
from ..._domain.health.api_services import WAY_ON, ApiService, ApiServices
from ..._domain.health.operators import Operator, chosen, health_verdict
from ..._domain.verdicts import Verdict
from ..outcome import Outcome
from ..waiting.latest import LastObservation
from ..waiting.waiter import Waiter

DEFAULT_TIMEOUT = 1200.0
#: The variable that the migration scripts of OpenShift's own CI take their timeout from.
TIMEOUT_VARIABLE = "OVN_SDN_MIGRATION_TIMEOUT"


@dataclass(frozen=True)
class HealthView:
    operators: tuple[Operator, ...]
    services: ApiServices | None


def health_timeout(given: int | None, *, variable: str) -> float:
    """Seconds: the option when given, else ``OVN_SDN_MIGRATION_TIMEOUT`` when it says something, else the default.

    :param variable: what the environment variable holds; empty and ``0s`` mean that it is not set
    :raises Refused: when it holds no duration
    """
    if given is not None:
        return float(given)
    if not variable.strip():
        return DEFAULT_TIMEOUT
    try:
        return durations.seconds(variable) or DEFAULT_TIMEOUT
    except ValueError as error:
        raise Refused(
            tried=f"read the timeout from the environment variable {TIMEOUT_VARIABLE}",
            seen=str(error),
            remedy=f"Set wait_timeout, or unset {TIMEOUT_VARIABLE}, or give it a duration.",
        ) from error


def wait_for_health(
    cluster: Cluster,
    waiter: Waiter,
    *,
    names: Sequence[str],
    ignore: Sequence[str],
    api_services: bool,
    api_services_ignore: Sequence[str] = (),
    degraded_fails: bool,
) -> Outcome:
    """
    :param names: the operators that count, all when empty
    :param api_services_ignore: APIServices that may be away; told in warnings
    :param degraded_fails: end the wait early when an operator is Degraded for the waiter's ``failure_grace``
    :raises WaitEnded: with a row for every operator that counts
    """

    def show(view: HealthView) -> dict[str, Any]:
        counted = chosen(view.operators, names=names, ignore=ignore)
        facts: dict[str, Any] = {"operators": [operator.to_json() for operator in counted]}
        if view.services is not None:
            facts["unavailable_api_services"] = [s.to_json() for s in view.services.all if not s.available.true]
        return facts

    def judge(view: HealthView) -> Verdict:
        return health_verdict(view.operators, view.services, names=names, ignore=ignore, degraded_fails=degraded_fails)

    latest = LastObservation(lambda: _read(cluster, api_services=api_services, ignored=api_services_ignore), show)
    wait = latest.awaited(
        waiter,
        tried="see the operators healthy",
        judge=judge,
        remedy=f"Look at 'oc describe co NAME' of each operator named here.{f' {WAY_ON}' if api_services else ''}",
    )
    seen = latest.last
    return Outcome(wait=wait, facts=latest.shown, warnings=tuple(seen.services.told) if seen and seen.services else ())


def _read(cluster: Cluster, *, api_services: bool, ignored: Sequence[str]) -> HealthView:
    operators = tuple(Operator.from_json(o) for o in cluster.list(CLUSTER_OPERATOR))
    if not api_services:
        return HealthView(operators, None)
    services = tuple(ApiService.from_json(service) for service in cluster.list(API_SERVICE))
    return HealthView(operators, ApiServices(services, frozenset(ignored)))
