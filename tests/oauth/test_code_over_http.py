"""Codes and refresh tokens at the running server, which has several threads and processes."""

import json
from collections import Counter
from typing import Any, Final

import pytest
import requests

from tests.at_once import at_once
from tests.oauth.people import REDIRECT, VERIFIER
from tests.portal_process import PortalProcess

_PREPARE: Final = """
import json
from datetime import timedelta
from django.utils import timezone
from clients_app.models import Tenant
from tests.oauth.people import People
people = People(Tenant.objects.get(name={tenant!r}), None)
later = timezone.now() + timedelta(minutes=10)
codes = [people.code(scope="openid offline_access", now=later) for _ in range(2)]
print(json.dumps([people.public.id, *codes]))
"""


@pytest.fixture(scope="module")
def prepared(token_portal: PortalProcess) -> tuple[str, ...]:
    """The id of a public client, and two codes for it, which are good for minutes."""
    tenant = token_portal.environment["PORTAL_TENANT_NAME"]
    done = token_portal.run("shell", "-v", "0", "-c", _PREPARE.format(tenant=tenant))
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def post(portal: PortalProcess, client_id: str, **fields: str) -> requests.Response:
    data = {"client_id": client_id, **fields}
    return requests.post(f"{portal.url}/identity/connect/token", data=data, timeout=30)


def redeem(portal: PortalProcess, client_id: str, code: str) -> requests.Response:
    good: dict[str, Any] = {"redirect_uri": REDIRECT, "code_verifier": VERIFIER, "code": code}
    return post(portal, client_id, grant_type="authorization_code", **good)


def userinfo(portal: PortalProcess, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(
        f"{portal.url}/identity/connect/userinfo", headers=headers, timeout=30
    ).status_code


def test_code_sent_20_times_at_once_gets_at_most_one_token(
    token_portal: PortalProcess, prepared: tuple[str, ...]
) -> None:
    """AUT-3. All others say that the code is not valid, and even the one token ends."""
    client_id, code, _ = prepared

    answers = at_once(20, lambda: redeem(token_portal, client_id, code))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 19}
    refused = {answer.text for answer in answers if answer.status_code == 400}
    assert [json.loads(text)["error"] for text in refused] == ["invalid_grant"]
    [good] = [answer.json() for answer in answers if answer.status_code == 200]
    assert userinfo(token_portal, good["access_token"]) == 401


def test_refresh_tokens_follow_each_other(
    token_portal: PortalProcess, prepared: tuple[str, ...]
) -> None:
    """AUT-9: in any process, each replaces the one before."""
    client_id, _, code = prepared
    answer = redeem(token_portal, client_id, code).json()

    for _ in range(5):
        used = answer["refresh_token"]
        answer = post(
            token_portal, client_id, grant_type="refresh_token", refresh_token=used
        ).json()
        assert userinfo(token_portal, answer["access_token"]) == 200
    assert post(token_portal, client_id, grant_type="refresh_token", refresh_token=used).json() == {
        "error": "invalid_grant",
        "error_description": "The code or refresh token is not valid.",
    }
    assert userinfo(token_portal, answer["access_token"]) == 401
