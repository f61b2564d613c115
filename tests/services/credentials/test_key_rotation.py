"""Rotating a public key: a new one replaces it, and the old one expires."""

import json
from datetime import timedelta
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.errors import Forbidden, NotFound, RuleBroken, SentBefore
from clients_app.models import AuditEvent, Client, Person
from clients_app.services.credentials.key_rotation import RotatedKey, rotate_key
from clients_app.services.credentials.keys import remove_key
from tests.actors import actor_for
from tests.credentials import insert_keys
from tests.moments import IN_A_YEAR, NOW
from tests.oauth.assertions import key_of
from tests.services.credentials.test_keys import EC, draft

DAY = timedelta(days=1)


def rotate(client: Client, actor: Actor, key_id: int, **more: Any) -> RotatedKey:
    given = {"old_ends_at": NOW + DAY, **more}
    return rotate_key(client, key_id, given.pop("draft", draft()), actor=actor, now=NOW, **given)


def test_rotated_key_is_replaced_and_ends_as_chosen(client: Client, actor: Actor) -> None:
    [old] = insert_keys(client, 1, description="Old")

    rotated = rotate(client, actor, old.pk)

    old.refresh_from_db()
    assert (old.expires_at, old.version, old.removed_at) == (NOW + DAY, 2, None)
    assert rotated.key.replaces_id == old.pk
    assert rotated.key.thumbprint == EC.thumbprint()
    client.refresh_from_db()
    assert client.next_expires_at == rotated.key.expires_at == IN_A_YEAR  # the old one is replaced
    events = AuditEvent.objects.filter(action__startswith="client.key.").order_by("sequence")
    assert [one.action for one in events] == ["client.key.added", "client.key.rotated"]
    assert f'"replaced_by":"{rotated.key}"' in events[1].canonical


def test_rotated_key_keeps_its_own_end_where_that_is_sooner(client: Client, actor: Actor) -> None:
    [old] = insert_keys(client, 1, expires_at=NOW + DAY / 2)

    assert rotate(client, actor, old.pk).old.expires_at == NOW + DAY / 2


def test_rotated_key_that_ends_at_once_makes_room_at_ten(client: Client, actor: Actor) -> None:
    rows = insert_keys(client, 10)

    with pytest.raises(RuleBroken, match="at most 10 public keys"):
        rotate(client, actor, rows[3].pk)
    rotate(client, actor, rows[3].pk, old_ends_at=NOW)

    assert client.keys.live(NOW).count() == 10


def test_rotation_of_a_key_is_refused_for_wrong_values(
    client: Client, actor: Actor, colleague: Person
) -> None:
    old, expired = insert_keys(client, 2)
    client.keys.filter(pk=expired.pk).update(expires_at=NOW)
    other = type(EC).generate_key("P-256")
    rotate(client, actor, old.pk, form_key="one-key-of-a-form")
    refused = (
        (RuleBroken, "Paste one public key", {"draft": draft(other, EC)}),
        (RuleBroken, "has this public key already", {}),
        (RuleBroken, "in the future", {"draft": draft(other), "old_ends_at": NOW - DAY}),
        (SentBefore, "Already saved", {"draft": draft(other), "form_key": "one-key-of-a-form"}),
    )

    for error, words, more in refused:
        with pytest.raises(error, match=words):
            rotate(client, actor, old.pk, **more)
    with pytest.raises(NotFound, match="has expired"):
        rotate(client, actor, expired.pk, draft=draft(other))
    with pytest.raises(Forbidden):
        rotate(client, actor_for(colleague), old.pk, draft=draft(other))
    remove_key(client, old.pk, actor=actor, now=NOW)
    with pytest.raises(NotFound, match="may have been removed"):
        rotate(client, actor, old.pk, draft=draft(other))
    assert client.keys.count() == 3


def test_new_key_has_the_kid_of_the_old_one_only_if_that_ends_at_once(
    client: Client, actor: Actor
) -> None:
    [old] = insert_keys(client, 1, jwk={**EC.as_dict(private=False), "kid": "main"})
    jwk = {**key_of("OKP").as_dict(private=False), "kid": "main"}
    same = draft(pasted=json.dumps(jwk))

    with pytest.raises(RuleBroken, match="Give each key of a client its own kid"):
        rotate(client, actor, old.pk, draft=same)

    assert rotate(client, actor, old.pk, draft=same, old_ends_at=NOW).key.jwk == jwk
