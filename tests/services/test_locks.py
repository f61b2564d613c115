"""Each operation locks what it decides by before it writes: nothing it has read can be stale.

SQLite has no locks of rows: there a transaction that writes has the whole database. So this looks
at what the operations ask for, which is the same on both databases.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import Model, QuerySet

from clients_app.errors import Forbidden, NotFound, RuleBroken
from clients_app.models import (
    AuditHead,
    CalendarFeed,
    Client,
    Delivery,
    NoticeChannel,
    Person,
    SigningKey,
    Tenant,
)
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR
from clients_app.services.people.ownership import hand_over
from clients_app.services.secrets import adding, rotation
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import rotate_secret
from tests.actors import actor_for, command_line_in
from tests.audit.operations import OPERATIONS
from tests.audit.subjects import Subjects, make_subjects
from tests.factories import insert_secrets, make_client, make_person, make_tenant, role_id
from tests.moments import NOW
from tests.shared_rows import Copies, Share

#: operation -> what it locks before its first write
LOCKS: Final[dict[str, tuple[type[Model], ...]]] = {
    **dict.fromkeys(("edit_client", "assign_roles", "remove_role", "hand_over"), (Client, Tenant)),
    **dict.fromkeys(("remove_client", "remove_all"), (Client, Tenant)),
    **dict.fromkeys(("set_enabled", "set_owners", "end_tokens"), (Client,)),
    **dict.fromkeys(("enable_all", "tag_all", "add_owners"), (Client,)),
    **dict.fromkeys(("add_secret", "edit_secret", "rotate_secret", "remove_secret"), (Client,)),
    **dict.fromkeys(("add_keys", "edit_key", "rotate_key", "end_secrets"), (Client,)),
    **dict.fromkeys(("remove_key", "set_assertion_rules"), (Client,)),
    **dict.fromkeys(("add_identity", "edit_identity", "remove_identity"), (Client,)),
    **dict.fromkeys(("register_client", "restore_client", "add_role", "edit_role"), (Tenant,)),
    **dict.fromkeys(("add_person", "assign_person_roles", "set_active"), (Tenant,)),
    **dict.fromkeys(("invite_person", "edit_person", "link_account", "unlink_accounts"), (Tenant,)),
    **dict.fromkeys(("renew_invitation", "withdraw_invitation"), (Tenant,)),
    **dict.fromkeys(("rename_tenant", "set_channel", "set_policies", "mute_alerts"), (Tenant,)),
    **dict.fromkeys(("add_authenticator", "renew_recovery_codes", "remove_factor"), (Person,)),
    "end_sessions": (Person,),
    **dict.fromkeys(("remove_app", "add_passkey", "rename_passkey", "remove_passkey"), (Person,)),
    **dict.fromkeys(("rotate_keys", "revoke_keys", "reencrypt_keys"), (SigningKey,)),
    **dict.fromkeys(("renew_secret", "send_test"), (NoticeChannel,)),
    **dict.fromkeys(("add_api", "edit_api", "set_introspectors"), (Tenant,)),
    **dict.fromkeys(("remove_api", "set_may_call", "remove_unused"), (Client, Tenant)),
    **dict.fromkeys(("grant", "withdraw"), (Client,)),
    "remove_channel": (NoticeChannel, AuditHead),
    "change_roles": (Client, Tenant),
    "export_clients": (AuditHead,),
    "record_export": (AuditHead,),
    "apply_document": (Tenant,),
    "create_feed": (CalendarFeed,),
    "retry": (Delivery,),
    # events alone
    **dict.fromkeys(("record_sign_out", "record_proof"), (AuditHead,)),
    **dict.fromkeys(
        ("send_link", "make_one_time_link", "export_activity", "seal_segment"), (AuditHead,)
    ),
    # one statement that decides by nothing it has read
    **dict.fromkeys(("save_password", "remove_feed", "add_tenant", "record_sign_in"), ()),
}
_WRITE: Final = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
#: tables whose rows nobody else changes while they are written: they are new, or one's own
_FREE: Final = {"clients_app_usedformkey"}


@contextmanager
def locks_before_the_first_write(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[type[Model]]]:
    """Yield the models of which rows are locked, up to the first statement that writes."""
    found: set[type[Model]] = set()
    written: list[str] = []
    ask = QuerySet.select_for_update

    def asked(rows: QuerySet[Any], *args: Any, **more: Any) -> QuerySet[Any]:
        if not written:
            found.add(rows.model)
        return ask(rows, *args, **more)

    def executed(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if (write := _WRITE.match(sql)) and write[2] not in _FREE:
            written.append(sql)
        return execute(sql, *rest)

    monkeypatch.setattr(QuerySet, "select_for_update", asked)
    with connection.execute_wrapper(executed):
        yield found


def test_every_operation_has_a_row_here() -> None:
    assert set(LOCKS) == set(OPERATIONS)


@pytest.fixture(scope="module")
def shared_subjects(share: Share[Subjects]) -> Copies[Subjects]:
    return share(lambda: make_subjects(make_tenant()))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_locks_before_it_writes(
    db: None,
    shared_subjects: Copies[Subjects],
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
) -> None:
    subjects = shared_subjects()
    call = OPERATIONS[operation]
    if operation == "hand_over":  # its row there writes before it calls
        subjects.client.owners.add(subjects.person)
        call = hand_over_to_the_other
    with locks_before_the_first_write(monkeypatch) as found:
        call(subjects)

    assert found == set(LOCKS[operation])


def hand_over_to_the_other(on: Subjects) -> int:
    return hand_over(on.person, on.other, **on.by)


def privileged(client: Client) -> None:
    client.roles.add(role_id(client.tenant, TENANT_ADMINISTRATOR))


def taken_away(client: Client) -> None:
    Client.objects.filter(pk=client.pk).update(removed_at=NOW)


@pytest.mark.parametrize(("change", "refusal"), [(privileged, Forbidden), (taken_away, NotFound)])
@pytest.mark.parametrize("operation", ["add", "rotate"])
def test_secret_is_refused_if_its_client_changes_while_the_digest_is_computed(
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    change: Callable[[Client], None],
    refusal: type[Exception],
) -> None:
    """The digest takes a while, so it is computed before the lock; what holds then counts."""
    rolf = actor_for(make_person("rolf", tenant, SECRET_ROTATOR))
    made = make_client("Pump", tenant)
    client, secret = made.client, made.secret
    assert secret is not None
    prepare = adding.prepare_secret

    def prepared(*args: Any, **more: Any) -> adding.NewSecret:
        change(client)
        return prepare(*args, **more)

    for module in (adding, rotation):
        monkeypatch.setattr(module, "prepare_secret", prepared)
    new: dict[str, Any] = {"draft": SecretDraft(expires_at=None), "actor": rolf, "now": NOW}
    if operation == "rotate":
        new |= {"secret_id": secret.pk, "old_ends_at": NOW}
    with pytest.raises(refusal):
        (add_secret if operation == "add" else rotate_secret)(client, **new)
    assert client.secrets.get() == secret


def test_tenth_secret_added_while_the_digest_is_computed_counts(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client("Pump", tenant).client
    prepare = adding.prepare_secret

    def prepared(*args: Any, **more: Any) -> adding.NewSecret:
        insert_secrets(client, 9)
        return prepare(*args, **more)

    monkeypatch.setattr(adding, "prepare_secret", prepared)
    with pytest.raises(RuleBroken):
        add_secret(client, SecretDraft(expires_at=None), actor=command_line_in(tenant), now=NOW)
    assert client.secrets.count() == 10
