"""The manifests of docs/rbac: they hold together, give no more than they say, and all that the code asks for."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import yaml

from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.kinds import (
    CONFIG_MAP,
    DEPLOYMENT,
    EGRESS_NETWORK_POLICY,
    HOST_SUBNET,
    NET_NAMESPACE,
    NODE_NETWORK_POLICY,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._cluster.port import Access
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.preflight.operators import (
    MACHINE_CONFIG_OPERATORS,
    NETWORK_OPERATOR,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._domain.reboot.csr import USAGES
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.backup.collect import SOURCES
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.borrowing.ledger import CARRIERS, HOLDER
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.migration.access import BY_KIND, NEEDED
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.preflight.snapshot import (
    DEPENDENT_LISTS,
    LISTS,
    OPTIONAL_LISTS,
)
from ansible_collections.ocp_day2.ovn_migration.plugins.module_utils._flows.reboot.csr import RIGHTS, approval_of
from tests.rbac import ACCOUNT, FOLDER, ROLES, Right, documents, rights, uncovered

MIGRATE = ("read-only.yaml", "migrate.yaml")


def right_of(access: Access) -> Right:
    resource = f"{access.kind.plural}/{access.subresource}" if access.subresource else access.kind.plural
    return Right(access.verb, access.kind.group, resource, name=access.name, namespace=access.namespace)


def without(accesses: Iterable[Access], *files: str) -> list[Right]:
    """What is asked for and not given."""
    return uncovered(rights(*files), map(right_of, accesses))


def test_every_file_is_known():
    assert {path.name for path in FOLDER.glob("*.yaml")} == {ACCOUNT, *ROLES}


@pytest.mark.parametrize("file", ROLES)
def test_every_role_is_bound_to_the_account(file):
    account = next(body for body in documents(ACCOUNT) if body["kind"] == "ServiceAccount")
    subject = {"kind": "ServiceAccount", **account["metadata"]}
    bodies = documents(file)
    roles = [(body["kind"], body["metadata"]) for body in bodies if not body["kind"].endswith("Binding")]
    bound = [
        (body["roleRef"]["kind"], body["metadata"])
        for body in bodies
        if body["kind"].endswith("Binding") and body["roleRef"]["name"] == body["metadata"]["name"]
    ]
    assert bound == roles
    assert all(body["subjects"] == [subject] for body in bodies if "subjects" in body)
    assert {metadata["name"] for _kind, metadata in roles} == {f"ovn-migration-{file.removesuffix('.yaml')}"}


@pytest.mark.parametrize("file", ROLES)
def test_no_rule_has_a_wildcard(file):
    words = {word for right in rights(file) for word in (right.verb, right.group, right.resource, right.name)}
    assert not [word for word in words if "*" in word]


def test_reading_takes_no_right_to_write():
    assert {right.verb for right in rights("read-only.yaml")} == {"get", "list"}
    assert not [right for right in rights("read-only.yaml") if "/" in right.resource or right.resource == "secrets"]


@pytest.mark.parametrize("file", ROLES)
def test_whoever_writes_pods_roles_or_secrets_would_have_the_cluster(file):
    written = {right.resource for right in rights(file) if right.verb not in ("get", "list")}
    assert not written & {
        "clusterrolebindings",
        "clusterroles",
        "machineconfigs",
        "pods",
        "rolebindings",
        "roles",
        "secrets",
        "serviceaccounts",
    }


@pytest.mark.parametrize("resource", ["pods/exec", "configmaps", "leases"])
def test_what_would_be_dangerous_everywhere_is_given_in_its_namespace(resource):
    assert all(right.namespace for file in ROLES for right in rights(file) if right.resource == resource)


def test_all_that_a_migration_asks_for_is_given():
    by_kind = [access for accesses in BY_KIND.values() for access in accesses]
    assert without((*NEEDED, *by_kind), *MIGRATE) == []


def test_all_that_preflight_lists_is_given_for_reading():
    dependent = (kind for kind, _beside in DEPENDENT_LISTS.values())
    lists = [Access("list", kind) for kind in (*LISTS.values(), *OPTIONAL_LISTS.values(), *dependent)]
    lists += [
        Access("get", DEPLOYMENT, name=name, namespace=namespace)
        for namespace, name in (*NETWORK_OPERATOR, *MACHINE_CONFIG_OPERATORS)
    ]
    assert without(lists, "read-only.yaml") == []


def test_all_that_a_backup_saves_is_given():
    wanted = [
        Access("get", source.kind, name=source.name, namespace=source.namespace or "")
        if source.name
        else Access("list", source.kind)
        for source in SOURCES
    ]
    assert without(wanted, *MIGRATE) == []


def test_all_that_is_borrowed_and_put_back_may_be_written():
    wanted = [Access("patch", kind, name="cluster" if kind is HOLDER else "") for kind in CARRIERS]
    wanted += [Access("patch", kind) for kind in (HOST_SUBNET, NET_NAMESPACE)]
    wanted += [Access(verb, NODE_NETWORK_POLICY) for verb in ("create", "delete")]
    wanted += [Access("create", EGRESS_NETWORK_POLICY), Access("patch", CONFIG_MAP, namespace="ovn-migration")]
    assert without(wanted, *MIGRATE) == []


def test_all_that_approving_asks_for_is_given():
    assert without((*RIGHTS, *map(approval_of, USAGES)), *MIGRATE, "approve-csrs.yaml") == []


def test_the_additions_give_nothing_that_is_there_already():
    assert uncovered(rights("etcd-backup.yaml"), rights(*MIGRATE)), "etcd-backup.yaml is for itself"
    assert not [right for right in rights("approve-csrs.yaml") if not uncovered(rights(*MIGRATE), [right])]
    assert uncovered(rights(*MIGRATE), rights("etcd-backup.yaml")) == [], "with migrate.yaml it is not needed"


def test_the_page_tells_of_every_file():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert not [file for file in (ACCOUNT, *ROLES) if file not in page]


def test_manifests_are_yaml_that_oc_takes():
    for file in (ACCOUNT, *ROLES):
        for body in yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))["items"]:
            assert body["apiVersion"] and body["kind"] and body["metadata"]["name"]
