"""The tab Secrets offers each person the windows that they may open, and no other."""

import html
import re
from datetime import timedelta

import pytest

from clients_app.models import ClientOwner, NearMiss, Role
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_VIEWER,
)
from tests.conftest import browser_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_person
from tests.responses import HTMX, text_of
from tests.web.conftest import record_use

READ = {"keys/_/connect", "identities/_/connect", "token-trial"}
REPLACE = {
    *("secrets/add", "secrets/_/rotate", "secrets/_/remove", "secrets/end"),
    *("keys/add", "keys/_/rotate", "keys/_/remove", "identities/add", "identities/_/remove"),
}
EDIT = {"secrets/_/edit", "keys/_/edit", "identities/_/edit", "assertions/edit"}


@pytest.fixture
def moving(machine, now):
    """The machine's client has a secret, a key and an identity in use, and a near miss."""
    machine.client.secrets.update(created_at=now - timedelta(days=1))
    [key] = insert_keys(machine.client, 1)
    [identity] = insert_identities(machine.client, 1)
    record_use(key, now)
    missed = {"claim": "sub", "sent": "job:x", "expected": "job:build", "problem": "subject rule"}
    NearMiss.objects.create(client=machine.client, identity=identity, at=now, verdicts=[missed])


def offered_by(page: str) -> dict[str, str]:
    """Return the windows about credentials that a page opens: addresses by kind."""
    links = re.findall(r'hx-get="(/security/clients/[^/"]*/([^"?]*)[^"]*)"', page)
    kinds = {re.sub(r"\d+", "_", rest): html.unescape(address) for address, rest in links}
    wanted = READ | REPLACE | EDIT
    return {kind: address for kind, address in kinds.items() if kind in wanted}


@pytest.mark.usefixtures("moving")
@pytest.mark.parametrize(
    ("role", "is_owner", "is_privileged", "expected"),
    [
        (TENANT_ADMINISTRATOR, False, False, READ | REPLACE | EDIT),
        (TENANT_ADMINISTRATOR, False, True, READ | REPLACE | EDIT),
        (TENANT_AUDITOR, False, False, READ),
        (SECRET_ROTATOR, False, False, READ | REPLACE),
        (SECRET_ROTATOR, False, True, READ),
        (TENANT_VIEWER, True, False, READ | REPLACE | EDIT),
        (TENANT_VIEWER, True, True, READ),
    ],
)
def test_secrets_tab_offers_what_the_person_may_open(
    tenant, machine, address, role, is_owner, is_privileged, expected
):
    person = make_person("other", tenant, role)
    if is_owner:
        ClientOwner.objects.create(client=machine.client, person=person)
    if is_privileged:
        machine.client.roles.add(Role.objects.get(tenant=tenant, role_type_id=TENANT_AUDITOR))
    browser = browser_of(person)

    offered = offered_by(text_of(browser.get(address("/secrets"))))

    assert set(offered) == expected
    status = {kind: browser.get(to, headers=HTMX).status_code for kind, to in offered.items()}
    assert set(status.values()) == {200}, status
