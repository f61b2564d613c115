"""Secrets of a client: editing and removing them, and who may."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from clients_app.errors import ChangedMeanwhile, Forbidden, NotFound, RuleBroken
from clients_app.models import AuditEvent, Client, ClientSecret, Person, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.services.credentials.changes import lengthens
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret, remove_secret
from tests.actors import actor_for, command_line_in
from tests.factories import insert_clients, insert_secrets, make_client, make_person, make_tenant
from tests.moments import IN_A_YEAR, NOW, SECOND
from tests.services.secrets.conftest import DRAFT, add


def test_removed_secret_cannot_be_removed_again(client: Client, administrator: Person) -> None:
    secret = add(client).secret
    mara = actor_for(administrator)

    gone = remove_secret(client, secret.pk, actor=mara, now=NOW)

    assert (gone.removed_at, gone.removed_by) == (NOW, "mara")
    assert listed_secrets(client, now=NOW) == []
    with pytest.raises(NotFound):
        remove_secret(client, secret.pk, actor=mara, now=NOW)


@pytest.mark.parametrize("secret_id", [0, -1, 10**6, 2**63, 10**30])
def test_unknown_secret_cannot_be_removed(client: Client, secret_id: int) -> None:
    with pytest.raises(NotFound):
        remove_secret(client, secret_id, actor=command_line_in(client.tenant), now=NOW)


def test_secret_of_another_client_is_not_found(client: Client) -> None:
    other = insert_clients(["Valve"], client.tenant)[0]
    secret = insert_secrets(other, 1)[0]

    with pytest.raises(NotFound):
        remove_secret(client, secret.pk, actor=command_line_in(client.tenant), now=NOW)
    assert other.secrets.live(NOW).count() == 1


def changes_of(client: Client, secret: ClientSecret) -> list[Callable[..., Any]]:
    """Return calls that add, remove and edit a secret; they take the actor and the moment."""
    return [
        partial(add_secret, client, DRAFT),
        partial(remove_secret, client, secret.pk),
        partial(edit_secret, client, secret.pk, DRAFT),
    ]


@pytest.mark.parametrize(("who", "error"), [("stranger", NotFound), ("colleague", Forbidden)])
def test_person_who_may_not_change_secrets_is_refused(
    client: Client, who: str, error: type[Exception], request: pytest.FixtureRequest
) -> None:
    """A stranger does not find client or secret; a viewer finds them."""
    secret = insert_secrets(client, 1)[0]
    actor = actor_for(request.getfixturevalue(who))

    for change in changes_of(client, secret):
        with pytest.raises(error):
            change(actor=actor, now=NOW)
    assert client.secrets.live(NOW).count() == 1


def test_secrets_of_an_administrator_client_need_an_administrator(tenant: Tenant) -> None:
    robot = make_client("robot", tenant, TENANT_ADMINISTRATOR).client
    rotator = actor_for(make_person("rob", tenant, SECRET_ROTATOR))

    with pytest.raises(Forbidden):
        add_secret(robot, DRAFT, actor=rotator, now=NOW)
    assert robot.secrets.count() == 1


def test_description_and_expiration_of_a_live_secret_can_be_changed(client: Client) -> None:
    secret = insert_secrets(client, 1, expires_at=IN_A_YEAR)[0]
    soon = NOW + timedelta(hours=1)
    draft = SecretDraft(description=" until noon ", expires_at=soon)

    edited = edit_secret(client, secret.pk, draft, actor=command_line_in(client.tenant), now=NOW)

    row = ClientSecret.objects.get()
    assert (row.description, row.expires_at, row.digest) == ("until noon", soon, secret.digest)
    assert edited.pk == secret.pk
    assert Client.objects.get().next_expires_at == soon


def test_edit_of_an_old_version_is_a_conflict(client: Client) -> None:
    secret = insert_secrets(client, 1)[0]
    mine, theirs = SecretDraft(description="mine", expires_at=None), DRAFT
    actor = command_line_in(client.tenant)
    for _ in range(2):  # sent twice, applied once
        edit_secret(
            client, secret.pk, theirs, actor=actor, now=NOW, expected_version=secret.version
        )
    assert AuditEvent.objects.filter(action="client.secret.edited").count() == 1

    with pytest.raises(ChangedMeanwhile):
        edit_secret(client, secret.pk, mine, actor=actor, now=NOW, expected_version=secret.version)
    version = ClientSecret.objects.get().version
    assert edit_secret(client, secret.pk, mine, actor=actor, now=NOW, expected_version=version)
    assert ClientSecret.objects.get().description == "mine"


def test_edit_cannot_revive_an_expired_secret(client: Client) -> None:
    secret = insert_secrets(client, 1, expires_at=NOW)[0]

    with pytest.raises(RuleBroken, match="has expired"):
        edit_secret(client, secret.pk, DRAFT, actor=command_line_in(client.tenant), now=NOW)
    assert ClientSecret.objects.get().expires_at == NOW


def test_edit_that_extends_the_expiry_is_refused() -> None:
    assert lengthens(IN_A_YEAR, IN_A_YEAR + SECOND)
    assert lengthens(IN_A_YEAR, None)
    assert not lengthens(IN_A_YEAR, IN_A_YEAR)
    assert not lengthens(IN_A_YEAR, IN_A_YEAR - SECOND)
    assert not lengthens(None, None)
    assert not lengthens(None, IN_A_YEAR)


def test_secrets_of_two_tenants_are_independent(client: Client) -> None:
    theirs = insert_clients(["Pump"], make_tenant("Contoso"))[0]
    insert_secrets(theirs, 10)

    assert add(client).secret.client_id == client.pk


def test_expired_secret_is_listed_for_90_days(client: Client) -> None:
    secret = insert_secrets(client, 1, expires_at=NOW)[0]
    actor, last = command_line_in(client.tenant), NOW + timedelta(days=90)

    assert listed_secrets(client, now=last - SECOND) == [secret]
    assert listed_secrets(client, now=last) == []
    for draft in (DRAFT, SecretDraft(description="", expires_at=None)):
        with pytest.raises(RuleBroken, match="has expired"):
            edit_secret(client, secret.pk, draft, actor=actor, now=NOW)
    assert ClientSecret.objects.get().expires_at == NOW
    edit_secret(client, secret.pk, DRAFT, actor=actor, now=NOW - SECOND)
    assert ClientSecret.objects.get().expires_at == IN_A_YEAR
