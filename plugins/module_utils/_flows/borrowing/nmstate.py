# Copyright: (c) 2026, ocp_day2.ovn_migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the NMState policies off the primary interface, and put them back as they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Optional

from ..._cluster.kinds import NODE_NETWORK_POLICY, NODE_NETWORK_STATE
from ..._cluster.port import Access, Cluster, Json
from ..._cluster.readers import nodes
from ..._domain.backup.manifests import manifest
from ..._domain.borrowing.ledger import Loan, agree, loan_summaries
from ..._domain.borrowing.nmstate import BY_EXPRESSION, primary_policies, selects
from ..._domain.errors import Conflict, MigrationError, NotFound, Refused
from ..._domain.verdicts import Verdict, done, listed, pending
from ..outcome import Outcome
from ..waiting.waiter import Wait, Waiter
from .ledger import Borrower, list_if_served, property_ref, read

#: When nmstate's webhook last saw the policy; it differs each time that the same policy is written
#: (kubernetes-nmstate, pkg/webhook/nodenetworkconfigurationpolicy).
TIMESTAMP = "nmstate.io/webhook-mutating-timestamp"


def remove(borrower: Borrower, waiter: Waiter, *, names: Sequence[str]) -> Outcome:
    """No policy defines a primary interface any more, and each that did is saved whole in the ledger.

    :param names: the policies instead of those that are found
    :raises Refused: for an unknown name, or where nobody can tell which policies are on a primary interface
    """
    policies = list_if_served(borrower.cluster, NODE_NETWORK_POLICY)
    chosen = _named(borrower, policies, names) if names else _found(borrower.cluster, policies)
    due = [policy for policy in policies if _name(policy) in chosen]
    try:
        _enter(borrower, due)
        for policy in due:
            _delete(borrower, policy)
        gone = _gone(borrower, waiter, [_name(policy) for policy in due])
    except MigrationError as error:
        error.facts.update(borrower.facts())
        raise
    outcome = borrower.outcome(policies=[_name(policy) for policy in due])
    return Outcome(
        changed=outcome.changed, wait=gone, diffs=outcome.diffs, facts=outcome.facts, warnings=outcome.warnings
    )


def restore(borrower: Borrower, *, names: Sequence[str]) -> Outcome:
    """Every saved policy (or those of ``names``) is there again, unless somebody has made another one of its name."""
    due = [
        loan
        for loan in borrower.open.values()
        if loan.ref.what == "network_policy" and (not names or loan.ref.name in names)
    ]
    borrower.give_back(due, put_back=lambda loan: _create(borrower, loan))
    return borrower.outcome(policies=[loan.ref.name for loan in borrower.returned])


def info(cluster: Cluster) -> Outcome:
    """The policies that would be taken away now; read only."""
    chosen = _found(cluster, list_if_served(cluster, NODE_NETWORK_POLICY))
    return Outcome(facts={"policies": sorted(chosen), "loans": loan_summaries(read(cluster).values())})


def _named(borrower: Borrower, policies: Sequence[Json], names: Sequence[str]) -> Collection[str]:
    known = {_name(policy) for policy in policies}
    saved = {loan.ref.name for loan in borrower.open.values() if loan.ref.what == "network_policy"}
    unknown = [name for name in names if name not in known | saved]
    if unknown:
        raise _refused(
            f"there is no NodeNetworkConfigurationPolicy {listed(unknown)}; this cluster has "
            f"{listed(sorted(known)) or 'none'}",
            "Correct the names (cno_prepare_nncp_names); 'oc get nncp' lists them.",
        )
    return names


def _found(cluster: Cluster, policies: Sequence[Json]) -> Collection[str]:
    if not policies:
        return ()
    states = {_name(state): state for state in list_if_served(cluster, NODE_NETWORK_STATE)}
    members = nodes(cluster)
    found = primary_policies(policies, states, members)
    blind = [
        node
        for node in members
        if node.name in found.stateless
        and any(selects(policy, node) for policy in policies if _name(policy) not in found.names)
    ]
    if blind:
        raise _refused(
            "NodeNetworkConfigurationPolicies select nodes whose primary interface no NodeNetworkState tells: "
            f"{listed(node.name for node in blind)}",
            "Mend nmstate on these nodes ('oc get nns', 'oc -n openshift-nmstate get pods'), or name the policies on "
            "the primary interface (cno_prepare_nncp_names).",
        )
    if found.undecided:
        raise _refused(
            f"NodeNetworkConfigurationPolicy {listed(found.undecided)} finds its interfaces by an expression, which "
            "only the nodes evaluate",
            BY_EXPRESSION,
        )
    return found.names


def _enter(borrower: Borrower, policies: Sequence[Json]) -> None:
    entries: dict[str, Optional[Loan]] = {}
    for policy in policies:
        ref = property_ref(policy, NODE_NETWORK_POLICY, "network_policy")
        known = borrower.open.get(ref.key)
        loan = agree(
            known,
            ref,
            value=_saved(policy),
            wanted=None,
            enough=False,
            since=borrower.clock.timestamp(),
            step=borrower.step,
        )
        if loan != known:
            entries[ref.key] = loan
    if policies and borrower.write:
        borrower.require_rights(Access(verb, NODE_NETWORK_POLICY) for verb in ("delete", "create"))
    borrower.enter(entries)


def _delete(borrower: Borrower, policy: Json) -> None:
    if "deletionTimestamp" in policy["metadata"]:
        return
    if borrower.write:
        borrower.cluster.delete(NODE_NETWORK_POLICY, _name(policy))
    borrower.note(property_ref(policy, NODE_NETWORK_POLICY, "network_policy"), _saved(policy), {})


def _gone(borrower: Borrower, waiter: Waiter, names: Sequence[str]) -> Wait:
    said = f"{listed(names)} {'is' if len(names) == 1 else 'are'}" if names else ""
    if not names:
        return Wait(done("no policy defines a primary interface"))
    if not borrower.write:
        return Wait(pending(f"{said} there"))

    def judge(left: Sequence[str]) -> Verdict:
        return pending(f"still there: {listed(left)}") if left else done(f"{said} gone")

    return waiter.until(
        tried="see the policies of the primary interface go",
        observe=lambda: [
            name for name in map(_name, list_if_served(borrower.cluster, NODE_NETWORK_POLICY)) if name in names
        ],
        judge=judge,
        remedy="Look at their finalizers, and at what may be creating them again (GitOps, ACM). They are saved in "
        "configmap ovn-migration/migration-loans.",
    )


def _create(borrower: Borrower, loan: Loan) -> None:
    there = _there(borrower.cluster, loan.ref.name)
    if there is None and borrower.write:
        try:
            borrower.cluster.create(NODE_NETWORK_POLICY, loan.before)
        except Conflict:
            # Made by somebody else since we looked, or by our own first attempt before the answer was lost.
            there = _there(borrower.cluster, loan.ref.name)
    if there is None:
        borrower.note(loan.ref, {}, loan.before)
        borrower.returned.append(loan)
    elif "deletionTimestamp" in there["metadata"]:
        raise MigrationError(
            tried=f"create NodeNetworkConfigurationPolicy {loan.ref.name} again",
            seen="it is still being deleted",
            remedy="See what its finalizers wait for: 'oc get nncp -o yaml'.",
        )
    elif _saved(there) != loan.before:
        borrower.warnings.append(
            f"NodeNetworkConfigurationPolicy {loan.ref.name} was made anew by somebody else, and differs from the "
            "one that was taken away. It is left as it is."
        )


def _there(cluster: Cluster, name: str) -> Optional[Json]:
    try:
        return cluster.get(NODE_NETWORK_POLICY, name)
    except NotFound:
        return None


def _saved(policy: Json) -> dict[str, Any]:
    kind = NODE_NETWORK_POLICY
    body = {**manifest(policy), "apiVersion": kind.api_version, "kind": kind.kind}
    annotations = {key: v for key, v in (body["metadata"].pop("annotations", None) or {}).items() if key != TIMESTAMP}
    if annotations:
        body["metadata"]["annotations"] = annotations
    return body


def _name(body: Json) -> str:
    name: str = body["metadata"]["name"]
    return name


def _refused(problem: str, remedy: str) -> Refused:
    return Refused(
        tried="take the policies off the primary interface",
        seen=problem,
        remedy=f"Nothing was changed. {remedy}",
    )
