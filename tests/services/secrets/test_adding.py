"""Adding a secret to a client: what is saved, and the limit of live secrets."""

import re
from datetime import timedelta

import pytest

from clients_app.errors import AlreadyAdded, NotFound, RuleBroken
from clients_app.models import Client, ClientSecret
from clients_app.services.secrets.changes import SecretDraft, remove_secret
from tests.actors import command_line_in
from tests.factories import insert_secrets
from tests.moments import IN_A_YEAR, NOW, SECOND
from tests.services.secrets.conftest import add


@pytest.mark.usefixtures("full_digests")
def test_added_secret_is_returned_once_and_stored_as_a_digest(client: Client) -> None:
    added = add(client)

    assert re.fullmatch("pcs_[0-9A-Za-z]{49}", added.plain)
    assert added.plain not in repr(added)
    row = ClientSecret.objects.get()
    assert row.digest.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert row.last_four == added.plain[-4:]
    assert (row.description, row.expires_at, row.created_by) == (
        "second",
        IN_A_YEAR,
        "command line",
    )


def test_secrets_are_unique(client: Client) -> None:
    assert len({add(client).plain for _ in range(5)}) == 5


def test_eleventh_live_secret_is_refused(client: Client) -> None:
    insert_secrets(client, 9)
    add(client)

    with pytest.raises(RuleBroken, match="has 10 secrets, the most it can have"):
        add(client)
    assert client.secrets.count() == 10


def test_expired_and_removed_secrets_do_not_count(client: Client) -> None:
    insert_secrets(client, 9)
    insert_secrets(client, 1, expires_at=NOW)
    insert_secrets(client, 1, removed_at=NOW - SECOND)

    assert add(client).secret.pk
    with pytest.raises(RuleBroken):
        add(client)


def test_secret_that_expires_in_a_second_still_counts(client: Client) -> None:
    insert_secrets(client, 10, expires_at=NOW + SECOND)

    with pytest.raises(RuleBroken):
        add(client)


def test_next_expiry_of_the_client_is_its_earliest_live_expiry(client: Client) -> None:
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    insert_secrets(client, 1, expires_at=NOW - SECOND)
    add(client, SecretDraft(expires_at=later))
    add(client, SecretDraft(expires_at=None))
    added = add(client, SecretDraft(expires_at=soon))
    assert added.plain not in repr(added)  # which tracebacks and logs show
    first = added.secret
    assert Client.objects.get().next_expires_at == soon

    remove_secret(client, first.pk, actor=command_line_in(client.tenant), now=NOW)

    assert Client.objects.get().next_expires_at == later


def test_add_with_the_same_form_key_adds_one_secret(client: Client) -> None:
    add(client, form_key="key")

    with pytest.raises(AlreadyAdded) as refusal:
        add(client, form_key="key")
    assert refusal.value.client_id == client.pk
    assert client.secrets.count() == 1


def test_add_to_a_removed_client_is_not_found(client: Client) -> None:
    Client.objects.update(removed_at=NOW)

    with pytest.raises(NotFound):
        add(client)


def test_add_to_an_authorization_code_client_is_refused(client: Client) -> None:
    client.client_type = "authorization-code"
    client.save()

    with pytest.raises(RuleBroken, match="have no secrets"):
        add(client)
