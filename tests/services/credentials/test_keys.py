"""Adding, editing and removing public keys of a client."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.errors import (
    ChangedMeanwhile,
    Conflict,
    Forbidden,
    NotFound,
    ProofRequired,
    RuleBroken,
    SentBefore,
)
from clients_app.models import AuditEvent, Client, ClientKey, Person, Tenant
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.keys import KeyDraft, add_keys, edit_key, remove_key
from tests.actors import actor_for, command_line_in
from tests.credentials import insert_keys
from tests.factories import insert_clients, insert_secrets, make_application, make_tenant
from tests.moments import IN_A_YEAR, NOW, SECOND
from tests.oauth.assertions import key_of
from tests.refused_values import refused_at

EC = key_of("EC")


def draft(*keys: Any, **more: Any) -> KeyDraft:
    pasted = {"keys": [key.as_dict(private=False) for key in keys or (EC,)]}
    return KeyDraft(**{"pasted": json.dumps(pasted), "expires_at": IN_A_YEAR, **more})


def events() -> Any:
    return AuditEvent.objects.filter(action__startswith="client.")


def test_added_key_is_stored_with_an_event(client: Client, actor: Actor):
    [key] = add_keys(client, draft(description=" build  server "), actor=actor, now=NOW)

    row = ClientKey.objects.get()
    assert row == key
    assert (row.thumbprint, row.description) == (EC.thumbprint(), "build server")
    assert row.jwk == {**EC.as_dict(private=False), "kid": EC.thumbprint()}
    assert (row.created_at, row.created_by, row.version) == (NOW, actor.name, 1)
    event = events().get()
    about = (event.action, event.client_id, event.object_name)
    assert about == ("client.key.added", client.pk, "build server")
    assert EC.thumbprint() in event.canonical
    client.refresh_from_db()
    assert (client.updated_at, client.updated_by) == (NOW, actor.name)


def test_keys_of_a_set_are_added_together_or_not_at_all(client: Client, actor: Actor):
    insert_keys(client, 8)
    insert_keys(client, 3, thumbprint="expired", expires_at=NOW, removed_at=NOW)
    two, three = [key_of("EC", n) for n in (1, 2)], [key_of("EC", n) for n in (3, 4, 5)]

    with pytest.raises(RuleBroken, match="at most 10 public keys"):
        add_keys(client, draft(*three), actor=actor, now=NOW)
    assert client.keys.live(NOW).count() == 8
    assert len(add_keys(client, draft(*two), actor=actor, now=NOW)) == 2
    with pytest.raises(RuleBroken, match="at most 10"):
        add_keys(client, draft(key_of("EC", 3)), actor=actor, now=NOW)


@pytest.mark.parametrize("kinds", [("EC", "OKP"), ("EC", "RSA")])
def test_kid_names_one_live_key_of_a_client(
    client: Client, actor: Actor, tenant: Tenant, kinds: tuple[str, str]
):
    first, second = ({**key_of(kind).as_dict(private=False), "kid": "main"} for kind in kinds)
    sentence = "Give each key of a client its own kid: two would have the kid main."

    def add(*keys: dict[str, Any], to: Client = client) -> None:
        pasted = json.dumps({"keys": keys})
        add_keys(to, KeyDraft(pasted=pasted, expires_at=IN_A_YEAR), actor=actor, now=NOW)

    with refused_at("key", sentence):
        add(first, second)
    assert client.keys.count() == 0
    add(first)
    with refused_at("key", sentence):
        add(second)
    add({**second, "kid": "other"})
    assert client.keys.count() == 2
    add(second, to=insert_clients(["Other"], tenant)[0])


def test_kid_of_an_ended_key_is_free(client: Client, actor: Actor):
    expired, removed = insert_keys(client, 2, jwk={**EC.as_dict(private=False), "kid": "main"})
    ClientKey.objects.filter(pk=expired.pk).update(expires_at=NOW)
    remove_key(client, removed.pk, actor=actor, now=NOW)

    jwk = {**key_of("OKP").as_dict(private=False), "kid": "main"}
    add_keys(client, draft(pasted=json.dumps(jwk)), actor=actor, now=NOW)

    assert client.keys.live(NOW).get().jwk["kid"] == "main"


def test_expired_keys_take_no_room(client: Client, actor: Actor):
    insert_keys(client, 10, expires_at=NOW)

    assert add_keys(client, draft(), actor=actor, now=NOW)


def test_key_that_the_client_has_is_refused(client: Client, actor: Actor, tenant: Tenant):
    [key] = add_keys(client, draft(), actor=actor, now=NOW)

    for again in (draft(), draft(key_of("EC", 1), key_of("EC", 1))):
        with refused_at("key", "already"):
            add_keys(client, again, actor=actor, now=NOW)
    assert add_keys(insert_clients(["Valve"], tenant)[0], draft(), actor=actor, now=NOW)
    remove_key(client, key.pk, actor=actor, now=NOW)
    assert add_keys(client, draft(), actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"pasted": "words"}, "key"),
        ({"pasted": json.dumps(EC.as_dict(private=True))}, "key"),
        ({"expires_at": NOW}, "secret.expiration"),
        ({"expires_at": NOW + timedelta(days=3700)}, "secret.expiration"),
        ({"description": "x" * 201}, "secret.description"),
    ],
)
def test_bad_draft_is_refused(client: Client, actor: Actor, more: dict[str, Any], field: str):
    with refused_at(field):
        add_keys(client, draft(**more), actor=actor, now=NOW)

    assert not ClientKey.objects.exists()
    assert not events().exists()


def test_policy_of_the_tenant_limits_the_life_of_keys(client: Client, actor: Actor):
    Tenant.objects.filter(pk=client.tenant_id).update(secret_days_max=30)

    for expires_at in (None, NOW + timedelta(days=31)):
        with pytest.raises(RuleBroken, match=r"(?i)polic"):
            add_keys(client, draft(expires_at=expires_at), actor=actor, now=NOW)
    [key] = add_keys(client, draft(expires_at=NOW + timedelta(days=30)), actor=actor, now=NOW)
    later = CredentialDraft(expires_at=NOW + timedelta(days=32))
    with pytest.raises(RuleBroken, match=r"(?i)polic"):
        edit_key(client, key.pk, later, actor=actor, now=NOW + SECOND)


def test_client_without_secrets_gets_no_key(tenant: Tenant, actor: Actor):
    application = make_application("Rooms", tenant)

    with pytest.raises(RuleBroken, match="Authorization Code clients"):
        add_keys(application, draft(), actor=actor, now=NOW)


def test_form_sent_twice_adds_once(client: Client, actor: Actor):
    add_keys(client, draft(), actor=actor, now=NOW, form_key="one")

    with pytest.raises(SentBefore, match="Already saved"):
        add_keys(client, draft(key_of("EC", 1)), actor=actor, now=NOW, form_key="one")


def test_client_with_a_key_alone_can_request_tokens(client: Client, actor: Actor):
    assert not client.can_request_tokens(NOW)

    [key] = add_keys(client, draft(expires_at=IN_A_YEAR), actor=actor, now=NOW)

    client.refresh_from_db()
    assert (client.next_expires_at, client.last_expires_at) == (IN_A_YEAR, IN_A_YEAR)
    assert client.can_request_tokens(NOW)
    [secret] = insert_secrets(client, 1, expires_at=NOW + SECOND)
    client.refresh_from_db()
    assert (client.next_expires_at, client.last_expires_at) == (secret.expires_at, IN_A_YEAR)
    never = CredentialDraft(expires_at=None)
    edit_key(client, key.pk, never, actor=actor, now=NOW)
    client.refresh_from_db()
    assert client.never_expires
    remove_key(client, key.pk, actor=actor, now=NOW + SECOND)
    client.refresh_from_db()
    assert not client.can_request_tokens(NOW + SECOND)


def test_edit_changes_description_and_end(client: Client, actor: Actor):
    [key] = insert_keys(client, 1, expires_at=IN_A_YEAR)
    wanted = CredentialDraft(description="new", expires_at=NOW + timedelta(days=1))

    edited = edit_key(client, key.pk, wanted, actor=actor, now=NOW, expected_version=1)

    assert (edited.description, edited.expires_at, edited.version) == (
        "new",
        NOW + timedelta(days=1),
        2,
    )
    assert events().get().action == "client.key.edited"
    edit_key(client, key.pk, wanted, actor=actor, now=NOW, expected_version=1)
    assert events().count() == 1
    with pytest.raises(ChangedMeanwhile):
        edit_key(
            client, key.pk, replace(wanted, description="x"), actor=actor, now=NOW,
            expected_version=1,
        )  # fmt: skip


def test_expired_key_is_not_edited(client: Client, actor: Actor):
    [key] = insert_keys(client, 1, expires_at=NOW)

    with pytest.raises(RuleBroken, match="has expired"):
        edit_key(client, key.pk, CredentialDraft(expires_at=None), actor=actor, now=NOW)


def test_longer_life_asks_for_a_proof_and_a_shorter_one_does_not(
    client: Client, administrator: Person
):
    [key] = insert_keys(client, 1, expires_at=IN_A_YEAR)
    stale = replace(actor_for(administrator), has_fresh_proof=lambda: False)

    for expires_at in (None, IN_A_YEAR + SECOND):
        with pytest.raises(ProofRequired):
            edit_key(client, key.pk, CredentialDraft(expires_at=expires_at), actor=stale, now=NOW)
    sooner = CredentialDraft(expires_at=IN_A_YEAR - SECOND)
    assert edit_key(client, key.pk, sooner, actor=stale, now=NOW).version == 2


def test_removed_key_is_gone_for_good(client: Client, actor: Actor):
    [key] = insert_keys(client, 1)

    removed = remove_key(client, key.pk, actor=actor, now=NOW)

    assert (removed.removed_at, removed.removed_by) == (NOW, actor.name)
    for again in (
        lambda: remove_key(client, key.pk, actor=actor, now=NOW),
        lambda: edit_key(client, key.pk, CredentialDraft(expires_at=None), actor=actor, now=NOW),
    ):
        with pytest.raises(NotFound):
            again()
    assert [event.action for event in events()] == ["client.key.removed"]


def test_key_of_another_client_is_not_found(client: Client, actor: Actor, tenant: Tenant):
    [key] = insert_keys(insert_clients(["Valve"], tenant)[0], 1)

    with pytest.raises(NotFound):
        remove_key(client, key.pk, actor=actor, now=NOW)
    stranger = command_line_in(make_tenant("Contoso"))
    with pytest.raises((NotFound, Forbidden, Conflict)):
        remove_key(Client.objects.get(name="Valve"), key.pk, actor=stranger, now=NOW)
    assert ClientKey.objects.filter(removed_at=None).count() == 1
