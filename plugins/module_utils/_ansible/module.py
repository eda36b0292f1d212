# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Ansible and the flows: the only AnsibleModule, the only exit."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Optional

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._cluster import connection, kubernetes
from .._cluster.port import Cluster
from .._cluster.secrets import Secrets
from .._domain.errors import MigrationError, Refused
from .._domain.printable import printable
from .._domain.variables.ranges import out_of_range
from .._flows.outcome import Outcome
from .._flows.records.history import record_outages
from .._flows.records.lease import LeaseRenewer
from .._flows.records.parent_process import orphan_check
from .._flows.records.phases import enter
from .._flows.waiting.clock import Clock, SystemClock
from .._flows.waiting.outages import RetryingCluster
from .._flows.waiting.waiter import Waiter
from .arguments import AUTH, LOCK, OUTAGE, Spec, merge


@dataclass(frozen=True)
class Task:
    """What a flow gets of the module: the parameters, the cluster, the clock and a waiter made of the options."""

    params: Mapping[str, Any]
    cluster: RetryingCluster
    clock: Clock
    check_mode: bool

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def waiter(
        self,
        *,
        timeout: Optional[float] = None,
        stable_for: float = 0.0,
        failure_grace: float = 0.0,
        once: bool = False,
    ) -> Waiter:
        """A waiter with ``wait_timeout`` (unless given) and ``wait_sleep``.

        ``once`` and check mode make it look once.
        """
        return Waiter(
            clock=self.clock,
            timeout=float(self["wait_timeout"]) if timeout is None else timeout,
            interval=float(self["wait_sleep"]),
            stable_for=stable_for,
            failure_grace=failure_grace,
            once=once or self.check_mode,
        )


def run(
    arguments: Spec,
    flow: Callable[[Task], Outcome],
    *,
    tolerate_unauthorized: bool = False,
    module_options: Optional[Mapping[str, Any]] = None,
    keeps_lock: bool = True,
) -> None:
    """Run ``flow`` as an Ansible module: exits the process, always.

    :param tolerate_unauthorized: see ``RetryingCluster``
    :param keeps_lock: False for the module that takes and releases the Lease itself
    :param module_options: ``required_if`` and its like, for AnsibleModule
    """
    spec = merge(AUTH, OUTAGE, LOCK, arguments)
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True, **(module_options or {}))
    _require_libraries(module)
    clock = SystemClock()
    cluster: Optional[RetryingCluster] = None
    try:
        _refuse_out_of_range(module)
        module.no_log_values.update(connection.secrets_in(module.params))
        impatient = connection.connect(module.params, monotonic=clock.monotonic)
        module.no_log_values.update(impatient.secrets())
        cluster = RetryingCluster(
            impatient,
            clock=clock,
            budget=float(module.params["api_outage_timeout"]),
            tolerate_unauthorized=tolerate_unauthorized,
            lasts=module.params.get("wait_timeout"),
        )
        task = Task(params=module.params, cluster=cluster, clock=clock, check_mode=module.check_mode)
        if keeps_lock and module.params["lock_holder"] and not module.check_mode:
            outcome = _run_under_lock(task, flow, impatient=impatient)
        else:
            outcome = flow(task)
    except MigrationError as error:
        known = {"msg": error.message, "remedy": error.remedy, "api_outages": _outages(cluster)}
        module.fail_json(**printable({**error.facts, **known}))
    except Exception as error:
        # The last net, so that a playbook gets a result whatever happens. It hides nothing: the traceback goes along.
        module.fail_json(**printable({**_unexpected(error), "api_outages": _outages(cluster)}))
    clean = Secrets(module.no_log_values).redacted
    for warning in outcome.warnings:
        # Ansible takes what it must not log out of results, not out of warnings.
        module.warn(printable(clean(warning)))
    module.exit_json(**printable({"api_outages": _outages(cluster), **outcome.to_json()}))


def _run_under_lock(task: Task, flow: Callable[[Task], Outcome], *, impatient: Cluster) -> Outcome:
    """Renew the Lease while ``flow`` sleeps, and keep the history: the phase, and the outages that it has seen."""
    renewer = LeaseRenewer(impatient, clock=task.clock, holder=task["lock_holder"], orphaned=orphan_check())
    renewer.begin(task.cluster)
    try:
        if task["run_phase"] is not None:
            enter(task.cluster, renewer, task["run_phase"])
        return flow(replace(task, clock=renewer))
    finally:
        if task.cluster.outages and not renewer.lost:
            record_outages(impatient, _outages(task.cluster))


def _refuse_out_of_range(module: AnsibleModule) -> None:
    """Options in dictionaries are settings of a network, which are judged together."""
    wrong = list(out_of_range(module.params))
    if wrong:
        raise Refused(
            tried="read the options",
            seen="; ".join(wrong),
            remedy="Nothing was changed. Correct it; 'ansible-doc' of the module tells the range of each number.",
        )


def _outages(cluster: Optional[RetryingCluster]) -> list[dict[str, Any]]:
    return [outage.to_json() for outage in cluster.outages] if cluster else []


def _unexpected(error: Exception) -> dict[str, Any]:
    clean = Secrets().redacted
    remedy = (
        "This is an error in the collection, or an answer of the API that it cannot read. What had been written until "
        "then is written; the module can be run again. Report it with the traceback."
    )
    trace = clean("".join(traceback.format_exception(type(error), error, error.__traceback__)))
    return {
        "msg": f"Stopped by something unexpected: {type(error).__name__}: {clean(str(error))}. {remedy}",
        "remedy": remedy,
        "exception": trace,
        # ansible-core from 2.19 on drops the former unless it is told to show tracebacks.
        "traceback": trace.splitlines(),
    }


def _require_libraries(module: AnsibleModule) -> None:
    if kubernetes.MISSING:
        module.fail_json(msg=missing_required_lib("kubernetes"), exception=kubernetes.MISSING)
    if connection.MISSING:
        module.fail_json(
            msg="The collection kubernetes.core is missing. "
            "Install it: ansible-galaxy collection install kubernetes.core",
            exception=connection.MISSING,
        )
