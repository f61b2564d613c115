"""Near misses and pasted tokens on the admin site: what is wrong, and a rule that fits."""

from datetime import datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse
from joserfc import jwt
from joserfc.jwk import ECKey

from clients_app import conf
from clients_app.models import NearMiss
from tests.admin.conftest import Installation, page_of
from tests.credentials import insert_identities
from tests.responses import text_of, value_of

pytestmark = pytest.mark.one_database

EC = ECKey.generate_key("P-256", {"kid": "theirs"})


def signed(subject: str, now: datetime) -> str:
    times = {"iat": int(now.timestamp()), "exp": int(now.timestamp()) + 200}
    claims = {"iss": "https://issuer.example", "sub": subject, "aud": conf.issuer(), **times}
    return jwt.encode({"alg": "ES256", "kid": "theirs"}, claims, EC)


def test_near_miss_leads_to_rules_that_fit_which_a_person_saves(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    client, identity = installation.client, installation.identity
    verdict = {
        "claim": "sub",
        "sent": "job:<b>",
        "expected": "job:build",
        "problem": "subject rule",
    }
    missed = NearMiss.objects.create(
        client=client, identity=identity, at=now, address="192.0.2.7", verdicts=[verdict]
    )
    edit = f"{reverse('admin:identity-edit', args=[identity.pk])}?near_miss={missed.pk}"

    shown = text_of(staff.get(page_of(client)))
    assert "192.0.2.7" in shown
    assert "sub: job:&lt;b&gt;. Expected: job:build." in shown
    assert f'href="{edit}"' in shown
    opened = staff.get(edit)
    assert value_of("subject_rule", opened) == "job:&lt;b&gt;"
    assert "Current Subject: job:build" in text_of(opened)
    assert "The rules below are changed to fit the token. Nothing is saved yet." in text_of(opened)
    names = ("version", "issuer", "audience")
    typed = {name: value_of(name, opened) or "" for name in names}

    saved = staff.post(edit, {**typed, "subject_rule": "job:<b>", "never_expires": "on"})

    assert saved.status_code == 303
    identity.refresh_from_db()
    assert identity.subject_rule == "job:<b>"
    shown = text_of(staff.get(page_of(client)))
    assert "The rules accept such a token now." in shown
    assert edit not in shown
    assert staff.get(f"{edit}0").status_code == 404


def test_pasted_token_is_tried_on_each_credential_and_not_shown(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    jwks = {"keys": [EC.as_dict(private=False)]}
    insert_identities(installation.client, 1, jwks=jwks, audience=conf.issuer())
    address = reverse("admin:client-tokens-test", args=[installation.client.pk])
    assert "testing does not use it up" in text_of(staff.get(address))

    for subject, says in (
        ("job:build", "Everything fits: the token endpoint would accept this token"),
        ("job:test", "sub: job:test. Expected: job:build."),
    ):
        token = signed(subject, now)
        reply = staff.post(address, {"token": token, "form_key": "one-time-key-of-the-form"})
        assert reply.status_code == 200
        assert says in text_of(reply)
        assert token.split(".")[2] not in text_of(reply)

    wrong = staff.post(address, {"token": "eyJ nothing"})
    assert wrong.status_code == 422
    assert "This is not a JSON Web Token. Paste all of it." in text_of(wrong)
    assert "eyJ nothing" not in text_of(wrong)
