"""No operation rewrites what is over, and each edit of a row counts as a new version."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.apps import apps

from clients_app.models import Client
from tests.audit.operations import OPERATIONS
from tests.audit.subjects import Subjects, make_subjects
from tests.factories import insert_secrets, make_tenant
from tests.moments import NOW
from tests.shared_rows import Copies, Share

pytestmark = pytest.mark.one_database  # `test_record.py` runs all operations on both

BEFORE: Final = NOW - timedelta(days=9)
#: when and by whom a row came to be, or ended; never overwritten once they are set
HISTORY: Final = (
    *("created_at", "created_by", "removed_at", "removed_by", "replaces_id"),
    *("day", "first_at", "hour", "sealed_at", "used_at"),
)
#: of which table an operation makes a new version, so that forms that were opened before are stale
VERSIONS: Final[dict[str, str]] = {
    **dict.fromkeys(("edit_client", "assign_roles", "set_owners", "hand_over"), "Client"),
    **dict.fromkeys(("tag_all", "add_owners", "change_roles", "restore_client"), "Client"),
    **dict.fromkeys(("edit_secret", "rotate_secret", "end_secrets"), "ClientSecret"),
    **dict.fromkeys(("edit_key", "rotate_key"), "ClientKey"),
    "edit_identity": "FederatedIdentity",
    "edit_role": "Role",
    **dict.fromkeys(("edit_api", "set_introspectors"), "Api"),
    **dict.fromkeys(("set_may_call", "remove_unused", "set_assertion_rules"), "Client"),
    **dict.fromkeys(("assign_person_roles", "edit_person"), "Person"),
    **dict.fromkeys(("rename_tenant", "set_policies", "mute_alerts"), "Tenant"),
}


#: tables whose rows are kept
OF_CLIENTS: Final = {"Client", "ClientKey", "ClientSecret", "FederatedIdentity"}


@pytest.fixture(scope="module")
def shared_subjects(share: Share[Subjects]) -> Copies[Subjects]:
    return share(old_subjects)


@pytest.fixture
def subjects(db: None, shared_subjects: Copies[Subjects]) -> Subjects:
    return shared_subjects()


def old_subjects() -> Subjects:
    """Return rows made days ago, and a secret of the client that was removed since."""
    made = make_subjects(make_tenant())
    insert_secrets(made.removed, 1, removed_at=BEFORE, removed_by="history")
    made.client.secrets.update(created_at=BEFORE, created_by="history")
    insert_secrets(made.client, 1, removed_at=BEFORE, removed_by="history", created_by="history")
    Client.objects.filter(pk=made.client.pk).update(created_at=BEFORE, created_by="history")
    ended = {"removed_at": NOW - timedelta(days=1), "removed_by": "history"}
    Client.objects.filter(pk=made.removed.pk).update(created_by="history", **ended)
    made.removed.refresh_from_db()
    return made


def history() -> dict[tuple[str, Any, str], Any]:
    """Return what is set of HISTORY, by table, row and column."""
    found = {}
    for model in apps.get_app_config("clients_app").get_models():
        columns = [one.attname for one in model._meta.concrete_fields if one.attname in HISTORY]
        for row in model._default_manager.values("pk", *columns):
            for column in columns:
                if row[column] not in (None, ""):
                    found[model.__name__, row["pk"], column] = row[column]
    return found


def versions() -> dict[tuple[str, Any], int]:
    """Return the version of each row that has one, by table and row."""
    return {
        (model.__name__, pk): version
        for model in apps.get_app_config("clients_app").get_models()
        if "version" in {column.attname for column in model._meta.concrete_fields}
        for pk, version in model._default_manager.values_list("pk", "version")
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_leaves_history_and_counts_versions(subjects: Subjects, name: str) -> None:
    then, before = history(), versions()
    operation: Callable[[Subjects], object] = OPERATIONS[name]

    operation(subjects)

    now = history()
    changed = {key for key, value in then.items() if now.get(key, value) != value}
    gone = {key for key in then.keys() - now.keys() if key[0] in OF_CLIENTS}
    if name == "restore_client":
        gone -= {("Client", subjects.removed.pk, f"removed_{what}") for what in ("at", "by")}
    assert not changed | gone
    after = versions()
    grown = {key: after[key] - number for key, number in before.items() if key in after}
    expected = [1] if name in VERSIONS else []
    assert [number for number in grown.values() if number] == expected
    assert [key[0] for key, number in grown.items() if number] == [
        model for model in [VERSIONS.get(name)] if model
    ]
