"""Each operation on credentials, driven through the admin site and the portal: both do the same."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, ClientKey
from tests.admin.conftest import Installation
from tests.admin.credential_operations import (
    EC,
    NEVER,
    OPERATIONS,
    PUBLIC,
    RULE,
    Doors,
    at_both_doors,
    opened,
    sent,
)
from tests.conftest import browser_of
from tests.responses import text_of

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if one.typed])
def test_form_opens_with_the_same_values(name: str, doors: Doors, rows: Installation) -> None:
    names = {"secret_description", "expiration", "old_end", "issuer", "audience", "subject_rule"}
    names |= {"jwks_url", "version", "owner", "repository", "branch"}

    here, there = at_both_doors(name, doors, rows, lambda *door: opened(*door, names))

    assert here == there


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_does_and_says_the_same(name: str, doors: Doors, rows: Installation) -> None:
    operation = OPERATIONS[name]

    def perform(browser: Browser, address: str) -> list[tuple[str, Any]]:
        before = AuditEvent.objects.count()
        reply = sent(browser, address, operation.typed)
        assert reply.status_code == 200
        assert operation.said in unescape(text_of(reply)), text_of(reply)
        events = AuditEvent.objects.order_by("pk")[before:]
        return [(event.action, what_changed(event)) for event in events]

    here, there = at_both_doors(name, doors, rows, perform)

    assert here
    assert here == there


def what_changed(event: AuditEvent) -> str:
    """Return what an event changed; the two doors ended a secret a moment apart."""
    sealed = json.loads(event.canonical)
    changes = json.dumps([sealed["before"], sealed["after"]])
    return re.sub(r"\d{4}-\d\d-\d\dT[0-9:.+Z]*", "TIME", changes)


@pytest.mark.parametrize("name", [name for name, one in OPERATIONS.items() if "add" in name])
def test_form_that_is_sent_again_acts_once(name: str, doors: Doors, rows: Installation) -> None:
    def twice(browser: Browser, address: str) -> int:
        before = AuditEvent.objects.count()
        for _ in range(2):
            sent(browser, address, OPERATIONS[name].typed)
        return AuditEvent.objects.count() - before

    assert at_both_doors(name, doors, rows, twice) == [1, 1]


def test_rules_are_graded_before_anything_is_saved(doors: Doors, rows: Installation) -> None:
    typed = {**RULE, "subject_rule": "*", "preview": "1"}

    for name in ("add identity by its rules", "edit identity"):
        for browser, address in zip(doors, OPERATIONS[name].addresses(rows), strict=True):
            before = AuditEvent.objects.count()
            reply = sent(browser, address, typed)
            assert reply.status_code == 200
            assert re.search("(Dangerous|Caution): ", text_of(reply)), name
            assert AuditEvent.objects.count() == before


def test_key_pair_can_be_made_at_both_doors(doors: Doors, rows: Installation) -> None:
    for name in ("add key", "rotate key"):
        for browser, address in zip(doors, OPERATIONS[name].addresses(rows), strict=True):
            page = browser.get(address)
            assert 'data-make-keys="private-key.pem"' in text_of(page)
    assert "js/forms" in text_of(doors[0].get(OPERATIONS["add key"].addresses(rows)[0]))


def test_key_is_added_by_staff_of_another_tenant_but_by_no_stranger(
    doors: Doors, rows: Installation, stranger: Any
) -> None:
    """Staff act in every tenant; an administrator of another one finds nothing."""
    here, there = OPERATIONS["add key"].addresses(rows)
    assert browser_of(stranger).post(there, {**NEVER, "key": PUBLIC}).status_code == 404

    assert " added." in text_of(sent(doors[0], here, {**NEVER, "key": PUBLIC}))
    assert ClientKey.objects.get(thumbprint=EC.thumbprint()).client == rows.client
