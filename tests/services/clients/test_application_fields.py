"""What people see of an application, and the consent that a first-party application skips."""

import json
from dataclasses import replace
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.errors import Forbidden
from clients_app.models import AuditEvent, Client, ClientOwner, Tenant
from clients_app.services.clients.drafts import ClientDraft, cleaned, draft_of
from clients_app.services.clients.registration import register_client
from tests.actors import actor_for
from tests.factories import make_person
from tests.moments import NOW
from tests.refused_values import refused_at
from tests.services.clients.conftest import edit

FIRST_PARTY = {
    "client_uri": "https://rooms.example/about",
    "logo_uri": "https://rooms.example/logo.png",
    "skips_consent": True,
}


@pytest.fixture
def application(tenant: Tenant, mara: Actor) -> Client:
    draft = ClientDraft(
        name="Rooms",
        client_type="authorization-code",
        redirect_uris=("https://rooms.example/cb",),
        **FIRST_PARTY,
    )
    return register_client(draft, None, actor=mara, now=NOW).client


@pytest.fixture
def owner(application: Client) -> Actor:
    olga = make_person("olga", application.tenant)
    ClientOwner.objects.create(client=application, person=olga)
    return actor_for(olga)


def test_registration_saves_and_records_the_fields_of_an_application(application: Client) -> None:
    assert {name: getattr(application, name) for name in FIRST_PARTY} == FIRST_PARTY
    event = AuditEvent.objects.get(action="client.added")
    assert json.loads(event.canonical)["after"].items() >= FIRST_PARTY.items()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("client_uri", "http://rooms.example/"),
        ("client_uri", "javascript:alert(1)"),
        ("client_uri", "https://rooms.example/" + "a" * 2000),
        ("logo_uri", "data:image/svg+xml,<svg/>"),
        ("logo_uri", "https://user@rooms.example/logo.png"),
        ("logo_uri", "https://rooms.example/logo.png; script-src *"),
    ],
)
def test_draft_with_a_wrong_url_is_refused(application: Client, field: str, wrong: str) -> None:
    with refused_at(field):
        cleaned(replace(draft_of(application), **{field: wrong}))


@pytest.mark.parametrize("field", FIRST_PARTY)
def test_client_that_signs_nobody_in_has_no_such_fields(field: str) -> None:
    values: dict[str, Any] = {field: FIRST_PARTY[field]}
    with refused_at(field):
        cleaned(ClientDraft(name="Pump", **values))


def test_owner_cannot_make_an_application_first_party_or_end_that(
    application: Client, owner: Actor
) -> None:
    with pytest.raises(Forbidden):
        edit(application, replace(draft_of(application), skips_consent=False), owner)
    Client.objects.update(skips_consent=False)
    with pytest.raises(Forbidden):
        edit(application, replace(draft_of(application), skips_consent=True), owner)


@pytest.mark.parametrize("kind", ["redirect_uris", "logout_uris", "cors_origins"])
def test_owner_cannot_change_urls_of_a_first_party_application(
    application: Client, owner: Actor, mara: Actor, kind: str
) -> None:
    urls: dict[str, Any] = {kind: ("https://olga.example",)}
    draft = replace(draft_of(application), **urls)
    with pytest.raises(Forbidden):
        edit(application, draft, owner)

    Client.objects.update(skips_consent=False)
    edit(application, replace(draft, skips_consent=False), owner)


def test_owner_edits_other_fields_of_a_first_party_application(
    application: Client, owner: Actor
) -> None:
    edited = edit(application, replace(draft_of(application), client_uri=""), owner)

    assert (edited.client_uri, edited.skips_consent) == ("", True)
