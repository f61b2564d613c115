"""What the admin site refuses on credentials, as the portal does: values, policies, old forms."""

import json
import re
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client as Browser

from clients_app.models import AuditEvent, Tenant
from tests.admin.conftest import Installation
from tests.admin.credential_operations import (
    OPERATIONS,
    PRIVATE,
    PUBLIC,
    RULE,
    SHORT,
    Doors,
    at_both_doors,
    problems_in,
    sent,
)
from tests.conftest import browser_of
from tests.oauth.assertions import key_of
from tests.responses import text_of, value_of

pytestmark = pytest.mark.one_database

Form = dict[str, str]
#: two keys with one kid
TWINS: Final = json.dumps(
    {"keys": [{**key_of(kind).as_dict(private=False), "kid": "main"} for kind in ("EC", "OKP")]}
)
PAST: Final = {"never_expires": "", "expiration": "2020-01-01"}
#: what is wrong in what was typed: the operation, the typed values, and the field
WRONG: Final = [
    ("add key", {"key": PRIVATE}, "key"),
    ("add key", {"key": SHORT}, "key"),
    ("add key", {"key": "nothing"}, "key"),
    ("add key", {"key": TWINS}, "key"),
    ("add key", {"key": ""}, "key"),
    ("add key", {"jwks_url": "https://keys.example/"}, "jwks_url"),
    ("add key", {"key": "", "jwks_url": "http://127.0.0.1/"}, "jwks_url"),
    ("add key", PAST, "expiration"),
    ("add key", {"secret_description": "x" * 300}, "secret_description"),
    ("rotate key", {"key": PRIVATE}, "key"),
    ("rotate key", {"old": ""}, "old"),
    ("rotate key", {"old": "date", "old_end": "2020-01-01"}, "old_end"),
    ("edit key", PAST, "expiration"),
    ("add identity by its rules", {"issuer": "nothing"}, "issuer"),
    ("add identity by its rules", {"subject_rule": "a*b"}, "subject_rule"),
    ("add identity by its rules", {"claim_rules": "nothing"}, "claim_rules"),
    ("add identity by its rules", {"claim_rules": "sub = x"}, "claim_rules"),
    ("add identity by its rules", {"jwks": PRIVATE}, "jwks"),
    ("add identity by its platform", {"owner": "no/owner"}, "owner"),
    ("add identity by its platform", {"branch": "main"}, "environment"),
    ("edit identity", {"subject_rule": ""}, "subject_rule"),
    ("edit identity", {"jwks": PRIVATE}, "jwks"),
    ("edit secret", PAST, "expiration"),
    ("end secrets", {"old": "date", "old_end": "2020-01-01"}, "old_end"),
]


@pytest.mark.parametrize(("name", "typed", "field"), WRONG)
def test_wrong_value_is_refused_with_the_same_sentence_at_the_same_field(
    name: str, typed: Form, field: str, doors: Doors, rows: Installation
) -> None:
    typed = {**OPERATIONS[name].typed, **typed}

    def refused(browser: Browser, address: str) -> Any:
        before = AuditEvent.objects.count()
        reply = sent(browser, address, typed)
        assert AuditEvent.objects.count() == before
        assert reply.status_code == 422
        assert "PRIVATE KEY-----\n" not in text_of(reply).replace("\r", "")
        return problems_in(reply)

    here, there = at_both_doors(name, doors, rows, refused)

    assert here
    assert here == there
    assert f"id_{field}" in {where for where, _ in here}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("edit key", {"secret_description": "A"}, {"secret_description": "B"}),
        ("edit secret", {"secret_description": "A"}, {"secret_description": "B"}),
        ("edit identity", {"claim_rules": "a = 1\r\nb = 2"}, {"claim_rules": "a = 1"}),
        (
            "edit assertions",
            {"demands_assertion_type": "on"},
            {"accepts_token_endpoint_audience": "on"},
        ),
    ],
)
def test_row_edited_in_one_is_stale_in_the_other(
    name: str, first: Form, second: Form, doors: Doors, rows: Installation
) -> None:
    here, there = zip(doors, OPERATIONS[name].addresses(rows), strict=True)
    for (editor, edit), (other, other_edit) in ((here, there), (there, here)):
        with transaction.atomic():
            version = value_of("version", other.get(other_edit))
            assert "saved." in text_of(sent(editor, edit, first))

            stale = sent(other, other_edit, {**second, "version": version or ""})

            assert stale.status_code == 422
            assert "changed this while the form was open" in text_of(stale)
            assert "Now: " in text_of(stale)
            again = sent(other, other_edit, {**first, "version": version or ""})
            assert "saved." in text_of(again)  # nothing differs: lines end as browsers send them
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "name", [name for name, one in OPERATIONS.items() if one.typed and name != "edit secret"]
)
def test_proof_of_identity_keeps_what_was_typed_but_no_key(
    name: str, doors: Doors, rows: Installation, operator: Any, administrator: Any
) -> None:
    old = [browser_of(one, proof_age=timedelta(hours=1)) for one in (operator, administrator)]
    typed = {**OPERATIONS[name].typed, "secret_description": "kept", "subject_rule": "job:other"}
    typed |= {"issuer": RULE["issuer"], "never_expires": "on"}

    def kept(browser: Browser, address: str) -> Any:
        reply = browser.post(address, {**typed, "jwks": PUBLIC, "version": "1"})
        assert "Confirm your identity" in text_of(reply)
        assert "PUBLIC KEY" not in text_of(reply)
        names = re.findall(r'<input type="hidden" name="(\w+)"', text_of(reply))
        return set(names) - {"csrfmiddlewaretoken", "proof_for", "passkey", "next", "operation"}

    here, there = at_both_doors(name, (old[0], old[1]), rows, kept)

    assert here == there


def test_policy_of_the_tenant_refuses_with_the_same_sentence(
    doors: Doors, rows: Installation
) -> None:
    def refused(browser: Browser, address: str) -> Any:
        return problems_in(sent(browser, address, {**RULE, "subject_rule": "*"}))

    policies: Final = (
        {"allowed_issuers": ["https://other.example"]},
        {"dangerous_rules_forbidden": True},
        {"secret_days_max": 30},
    )
    for policy in policies:
        with transaction.atomic():
            Tenant.objects.filter(pk=rows.tenant.pk).update(**policy)
            here, there = at_both_doors("add identity by its rules", doors, rows, refused)
            assert here, policy
            assert here == there
            transaction.set_rollback(True)
