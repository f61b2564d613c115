"""Federated identities of a client: adding, editing and removing them. FED-1 to FED-6."""

import json
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import ECKey

from clients_app import conf
from clients_app.errors import ChangedMeanwhile, NotFound, RuleBroken, SentBefore
from clients_app.models import AuditEvent, Client, FederatedIdentity, FetchedKeySet
from clients_app.rules.federation.github import ISSUER as GITHUB
from clients_app.rules.federation.presets import grade_of
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.identities import (
    IdentityDraft,
    add_identity,
    edit_identity,
    remove_identity,
)
from tests.actors import actor_for, command_line_in
from tests.credentials import insert_identities
from tests.factories import insert_clients
from tests.moments import IN_A_YEAR, NOW, SECOND
from tests.refused_values import refused_at

DRAFT = IdentityDraft(
    preset="github",
    issuer=GITHUB,
    subject_rule="repo:o/r:ref:refs/heads/main",
    claim_rules={"repository_id": "7"},
    description="Deployment",
    expires_at=IN_A_YEAR,
)
PUBLIC = ECKey.generate_key("P-256").as_dict(private=False)
PULL_REQUESTS = replace(DRAFT, subject_rule="repo:o/r:*")


OTHER = ECKey.generate_key("P-256").as_dict(private=False)


def add(client: Client, draft: IdentityDraft = DRAFT, **more: Any) -> FederatedIdentity:
    by = {"actor": command_line_in(client.tenant), "now": NOW}
    return add_identity(client, draft, **{**by, **more})


def edit(client: Client, identity_id: int, draft: IdentityDraft, **more: Any) -> FederatedIdentity:
    by = {"actor": command_line_in(client.tenant), "now": NOW}
    return edit_identity(client, identity_id, draft, **{**by, **more})


def test_added_identity_is_stored_with_an_event(client: Client, administrator: Any) -> None:
    identity = add(client, actor=actor_for(administrator))

    stored = client.identities.live(NOW).get()
    assert stored == identity
    assert (stored.issuer, stored.subject_rule) == (GITHUB, "repo:o/r:ref:refs/heads/main")
    assert stored.audience == conf.issuer()
    assert stored.claim_rules == {"repository_id": "7"}
    assert (stored.created_by, stored.created_at) == ("mara", NOW)
    client.refresh_from_db()
    assert (client.updated_by, client.updated_at) == ("mara", NOW)
    event = AuditEvent.objects.get(action="client.identity.added")
    assert '"claim_rules":["repository_id = 7"]' in event.canonical
    assert event.client_id == client.pk


def test_keys_of_the_issuer_are_expected_unless_they_were_pasted(client: Client) -> None:
    identity = add(client)
    add(client, replace(DRAFT, issuer="https://private.example", jwks=json.dumps(PUBLIC)))
    assert [row.url for row in FetchedKeySet.objects.all()] == [GITHUB]

    edit(client, identity.pk, replace(DRAFT, issuer="https://gitlab.com"))

    issuers = FetchedKeySet.objects.filter(is_issuer=True).values_list("url", flat=True)
    assert set(issuers) == {GITHUB, "https://gitlab.com"}


def test_two_clients_may_have_the_same_subject(client: Client) -> None:
    other = insert_clients(["Valve"], client.tenant)[0]

    add(client)
    add(other)

    assert other.identities.get().subject_rule == client.identities.get().subject_rule


def test_eleventh_live_identity_is_refused(client: Client) -> None:
    insert_identities(client, 9)
    insert_identities(client, 3, expires_at=NOW - SECOND)
    insert_identities(client, 3, removed_at=NOW, removed_by="x")

    add(client)
    with pytest.raises(RuleBroken, match="at most 10 federated identities"):
        add(client)


WRONG: dict[str, tuple[str, list[Any]]] = {
    "issuer": (
        "identity.issuer",
        [
            "http://issuer.example",
            *(f"https://issuer.example{rest}" for rest in ("/?a", "/#a", ":0", ":x")),
            *("https://user@issuer.example", "https://[::1", "https://a b", ""),
            f"https://issuer.example/{'a' * 2000}",
            *(conf.issuer(), f"{conf.issuer()}/"),
        ],
    ),
    "audience": ("identity.audience", ["a b", "a" * 501]),
    "subject_rule": ("identity.subject_rule", ["", "re*po:a"]),
    "claim_rules": (
        "identity.claim_rules",
        [
            *({"ref": "a*b"}, {"": "a"}, {"ref": "refs/heads/main", " ref": "*"}),
            *({"aud": "a"}, {"a" * 201: "a"}, {str(number): "a" for number in range(11)}),
        ],
    ),
    "description": ("secret.description", ["a" * 201]),
    "expires_at": ("secret.expiration", [NOW]),
}


@pytest.mark.parametrize(
    ("changed", "field"),
    [({name: value}, field) for name, (field, values) in WRONG.items() for value in values],
)
def test_wrong_value_is_refused_at_its_field(
    client: Client, changed: dict[str, Any], field: str
) -> None:
    identity = insert_identities(client, 1)[0]

    for save in (lambda draft: add(client, draft), lambda draft: edit(client, identity.pk, draft)):
        with refused_at(field):
            save(replace(DRAFT, **changed))
    assert client.identities.count() == 1
    assert not AuditEvent.objects.filter(action__startswith="client.identity").exists()


@pytest.mark.parametrize("issuer", ["https://issuer.example/", "http://localhost:8080/a"])
def test_slash_at_the_end_of_an_issuer_stays(client: Client, issuer: str) -> None:
    assert add(client, replace(DRAFT, issuer=f" {issuer} ")).issuer == issuer


def test_form_that_is_sent_twice_adds_one_identity(client: Client) -> None:
    add(client, form_key="key")

    with pytest.raises(SentBefore, match="Already saved"):
        add(client, form_key="key")
    assert client.identities.count() == 1


def test_edit_changes_the_rule_and_names_both_in_its_event(client: Client) -> None:
    identity = add(client)
    narrower = replace(DRAFT, subject_rule="repo:o/r:environment:prod", claim_rules={})

    edited = edit(client, identity.pk, narrower, expected_version=1)

    assert (edited.version, edited.subject_rule) == (2, "repo:o/r:environment:prod")
    canonical = AuditEvent.objects.get(action="client.identity.edited").canonical
    assert "repo:o/r:ref:refs/heads/main" in canonical
    assert "repo:o/r:environment:prod" in canonical


def test_edit_without_a_change_is_no_event_even_from_a_stale_form(client: Client) -> None:
    identity = add(client)

    edit(client, identity.pk, DRAFT, expected_version=0)

    assert not AuditEvent.objects.filter(action="client.identity.edited").exists()


def test_edit_from_a_stale_form_is_refused(client: Client) -> None:
    identity = add(client)
    edit(client, identity.pk, replace(DRAFT, description="other"), expected_version=1)

    with pytest.raises(ChangedMeanwhile):
        edit(client, identity.pk, PULL_REQUESTS, expected_version=1)


def test_expired_removed_or_foreign_identity_cannot_be_edited(client: Client) -> None:
    expired = insert_identities(client, 1, expires_at=NOW)[0]
    removed = insert_identities(client, 1, removed_at=NOW, removed_by="x")[0]
    other = insert_identities(insert_clients(["Valve"], client.tenant)[0], 1)[0]

    with pytest.raises(RuleBroken, match="has expired"):
        edit(client, expired.pk, DRAFT)
    for identity_id in (removed.pk, other.pk, 0, 2**63):
        with pytest.raises(NotFound):
            edit(client, identity_id, DRAFT)
        with pytest.raises(NotFound):
            remove_identity(client, identity_id, actor=command_line_in(client.tenant), now=NOW)


def test_removed_identity_is_gone_with_an_event(client: Client) -> None:
    identity = add(client)

    remove_identity(client, identity.pk, actor=command_line_in(client.tenant), now=NOW)

    assert not client.identities.present().exists()
    assert AuditEvent.objects.filter(action="client.identity.removed").count() == 1


def test_other_keys_with_the_same_kid_replace_the_former_ones(client: Client) -> None:
    """An issuer whose key leaked may publish the next one under the same name."""
    first, second = (json.dumps({**key, "kid": "signing"}) for key in (PUBLIC, OTHER))
    identity = add(client, replace(DRAFT, jwks=first))
    by = {"actor": command_line_in(client.tenant), "now": NOW}

    edit_identity(client, identity.pk, replace(DRAFT, jwks=second), **by)

    identity.refresh_from_db()
    assert [key["x"] for key in identity.jwks["keys"]] == [OTHER["x"]]
    event = json.loads(AuditEvent.objects.get(action="client.identity.edited").canonical)
    assert event["before"]["kids"] != event["after"]["kids"]


def test_another_platform_is_saved(client: Client) -> None:
    """The grade of an issuer that nobody knows depends on it."""
    draft = replace(DRAFT, issuer="https://gitlab.example", subject_rule="project_path:g/p:*")
    identity = add(client, draft)
    by = {"actor": command_line_in(client.tenant), "now": NOW}

    edit_identity(client, identity.pk, replace(draft, preset="gitlab"), **by)

    identity.refresh_from_db()
    assert identity.preset == "gitlab"


def test_pasted_keys_count_for_the_grade(client: Client) -> None:
    draft = replace(DRAFT, audience="")

    discovered, pasted = (
        add(client, replace(draft, jwks=keys)) for keys in ("", json.dumps(PUBLIC))
    )

    assert [str(grade_of(trust_of_row(one)).level) for one in (discovered, pasted)] == [
        "safe",
        "caution",
    ]
