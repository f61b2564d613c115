"""Ending the secrets of a client that uses a key or an identity."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clients_app.actors import Actor
from clients_app.errors import Forbidden, ProofRequired, RuleBroken
from clients_app.models import AuditEvent, Client, Person, Tenant
from clients_app.services.credentials.move import end_secrets
from tests.actors import actor_for
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, insert_usage
from tests.moments import IN_A_YEAR, NOW

DAY = timedelta(days=1)


@pytest.fixture
def client(tenant: Tenant) -> Client:
    """A client with a secret that ends in a year, and one that ends in an hour."""
    [client] = insert_clients(["Pump"], tenant)
    insert_secrets(client, 1, expires_at=IN_A_YEAR)
    insert_secrets(client, 1, expires_at=NOW + DAY / 24)
    return client


@pytest.mark.parametrize("insert", [insert_keys, insert_identities])
def test_secrets_end_once_a_key_or_an_identity_was_used(client, actor, insert) -> None:
    [new] = insert(client, 1)
    insert_usage(new, NOW - DAY, last_at=NOW - DAY)

    ended = end_secrets(client, ends_at=NOW + DAY, actor=actor, now=NOW)

    ends = sorted(one.expires_at for one in client.secrets.all() if one.expires_at)
    assert ends == [NOW + DAY / 24, NOW + DAY]  # never later than before
    assert len(ended) == 2
    assert not client.secrets.exclude(removed_at=None).exists()
    events = AuditEvent.objects.filter(action__startswith="client.secret.")
    assert [one.action for one in events] == ["client.secret.edited"]
    assert client.secrets.order_by("pk")[0].version == 2


def test_secrets_do_not_end_before_the_new_way_was_used(client: Client, actor: Actor) -> None:
    other, _ = insert_keys(client, 2)
    client.keys.filter(pk=other.pk).update(removed_at=NOW)
    insert_usage(other, NOW - DAY, last_at=NOW - DAY)  # by a key that is no longer there
    for secret in client.secrets.all():
        insert_usage(secret, NOW - DAY, last_at=NOW - DAY)

    with pytest.raises(RuleBroken, match="Let its machines use one first"):
        end_secrets(client, ends_at=NOW + DAY, actor=actor, now=NOW)

    assert client.secrets.filter(expires_at=IN_A_YEAR).exists()


def test_secrets_do_not_end_in_the_past_or_by_anybody(
    client: Client, actor: Actor, colleague: Person, administrator: Person
) -> None:
    [key] = insert_keys(client, 1)
    insert_usage(key, NOW, last_at=NOW)

    with pytest.raises(RuleBroken, match="in the future"):
        end_secrets(client, ends_at=NOW - DAY, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        end_secrets(client, ends_at=NOW, actor=actor_for(colleague), now=NOW)
    late = replace(actor_for(administrator), has_fresh_proof=lambda: False)
    with pytest.raises(ProofRequired):
        end_secrets(client, ends_at=NOW, actor=late, now=NOW)
    assert client.secrets.live(NOW).count() == 2
