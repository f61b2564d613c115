"""Which identities the policies of a tenant allow, and who may change them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clients_app.errors import Forbidden, ProofRequired, RuleBroken
from clients_app.models import Client, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.identities import remove_identity
from tests.actors import actor_for
from tests.factories import make_person, role_id
from tests.moments import NOW
from tests.refused_values import refused_at
from tests.services.credentials.test_identities import DRAFT, GITHUB, PULL_REQUESTS, add, edit


def test_policy_forbids_dangerous_rules_and_says_so(client: Client) -> None:
    old = add(client, PULL_REQUESTS)
    Tenant.objects.update(dangerous_rules_forbidden=True)

    assert trust_of_row(add(client)).subject_rule == DRAFT.subject_rule
    for save in (
        lambda: add(client, PULL_REQUESTS),
        lambda: add(client, replace(PULL_REQUESTS, preset="other")),
        lambda: edit(client, old.pk, replace(PULL_REQUESTS, subject_rule="repo:o/*")),
    ):
        with refused_at("identity.subject_rule", "forbids dangerous rules"):
            save()


def test_policy_lets_the_description_of_an_older_dangerous_rule_be_edited(client: Client) -> None:
    old = add(client, PULL_REQUESTS)
    Tenant.objects.update(dangerous_rules_forbidden=True)

    assert edit(client, old.pk, replace(PULL_REQUESTS, description="old")).description == "old"


@pytest.mark.parametrize("listed", [f"{GITHUB}/", "https://gitlab.com"])
def test_policy_allows_only_the_issuers_that_it_lists(client: Client, listed: str) -> None:
    Tenant.objects.update(allowed_issuers=[listed])

    with pytest.raises(RuleBroken, match="allows only these issuers") as caught:
        add(client)
    assert caught.value.field == "identity.issuer"
    assert listed in str(caught.value)
    Tenant.objects.update(allowed_issuers=[listed, GITHUB])
    assert add(client).issuer == GITHUB


def test_policy_of_lifetimes_holds_for_identities(client: Client) -> None:
    Tenant.objects.update(secret_days_max=30)

    with pytest.raises(RuleBroken, match="policies of this tenant allow"):
        add(client)
    assert add(client, replace(DRAFT, expires_at=NOW + timedelta(days=30))).version == 1


def test_rotator_adds_and_removes_but_not_on_a_privileged_client(client: Client) -> None:
    rolf = actor_for(make_person("rolf", client.tenant, SECRET_ROTATOR))
    identity = add(client, actor=rolf)
    with pytest.raises(Forbidden):
        edit(client, identity.pk, PULL_REQUESTS, actor=rolf)
    client.roles.add(role_id(client.tenant, TENANT_ADMINISTRATOR))

    with pytest.raises(Forbidden):
        add(client, actor=rolf)
    with pytest.raises(Forbidden):
        remove_identity(client, identity.pk, actor=rolf, now=NOW)


def test_each_change_asks_people_for_proof(client: Client, administrator: Any) -> None:
    identity = add(client)
    mara = replace(actor_for(administrator), has_fresh_proof=lambda: False)

    for change in (
        lambda: add(client, actor=mara),
        lambda: edit(client, identity.pk, PULL_REQUESTS, actor=mara),
        lambda: remove_identity(client, identity.pk, actor=mara, now=NOW),
    ):
        with pytest.raises(ProofRequired):
            change()
