"""Rotate one by one: where a run begins, what is done and what is left, and who may rotate."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, ClientSecret, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_AUDITOR
from clients_app.rules.weeks import name_of, week_of
from tests.conftest import browser_of
from tests.factories import insert_secrets, make_client, make_person
from tests.responses import HTMX, is_page, text_of

LIST = "/security/clients"
RUN = f"{LIST}/rotate"
START = f"{RUN}/start"


@pytest.fixture
def secrets(tenant: Tenant, now: datetime) -> list[ClientSecret]:
    """Three clients, each with a secret; the first to expire comes first."""
    made = [
        make_client(name, tenant, expires_at=now + timedelta(days=days), now=now).secret
        for name, days in (("Bridge", 3), ("Tower", 20), ("Gate", 40))
    ]
    return [secret for secret in made if secret is not None]


def ids(secrets: list[ClientSecret]) -> str:
    return ",".join(str(secret.pk) for secret in secrets)


def rotate(browser: Browser, secret: ClientSecret, query: str, **headers: Any) -> str:
    sent = {
        "replaces": secret.pk,
        "old": "7d",
        "never_expires": "on",
        "form_key": f"{secret.pk:020}",
    }
    address = f"{LIST}/{secret.client_id}/secrets/{secret.pk}/rotate{query}"
    reply = browser.post(address, sent, **headers)
    assert reply.status_code == 200
    return unescape(text_of(reply))


@pytest.mark.both_databases
def test_start_with_a_filter_takes_the_clients_of_the_whole_list(
    administrator_browser: Browser, secrets: list[ClientSecret]
) -> None:
    reply = administrator_browser.get(START, {"show": "expiring"})

    assert reply.status_code == 303
    named = ids(secrets[:2]).replace(",", "%2C")
    assert reply["Location"].startswith(f"{RUN}?secrets={named}&to=%2Fsecurity%2Fclients")
    shown = administrator_browser.get(reply["Location"])
    assert "0 of 2 rotated, 2 left" in text_of(shown)
    assert f'href="{LIST}?show=expiring"' in text_of(shown)


def test_start_with_ticked_clients_takes_only_those(
    administrator_browser: Browser, secrets: list[ClientSecret]
) -> None:
    asked = {"clients": [str(secrets[2].client_id)], "to": f"{LIST}?q=g&select=1"}
    reply = administrator_browser.get(START, asked)

    assert reply["Location"].startswith(f"{RUN}?secrets={secrets[2].pk}&to=")
    elsewhere = administrator_browser.get(START, asked | {"to": "https://evil.example/"})
    assert "evil" not in elsewhere["Location"]


@pytest.mark.both_databases
def test_start_in_a_week_takes_the_secret_that_expires_in_it(
    administrator_browser: Browser, secrets: list[ClientSecret], now: datetime
) -> None:
    insert_secrets(secrets[0].client, 1, expires_at=now + timedelta(days=300))
    week = name_of(week_of(now + timedelta(days=3), UTC))

    reply = administrator_browser.get(START, {"show": "timeline", "week": week})

    assert reply["Location"].startswith(f"{RUN}?secrets={secrets[0].pk}&")


def test_window_of_a_run_leads_to_the_next_secret(
    administrator_browser: Browser, secrets: list[ClientSecret]
) -> None:
    query = f"?run={ids(secrets)}&to={LIST}"
    first = rotate(administrator_browser, secrets[0], query, headers=HTMX)

    assert "1 of 3 rotated, 2 left" in first
    assert "Rotate Tower next" in first
    named = ids(secrets).replace(",", "%2C")
    after = f"?run={named}&to=%2Fsecurity%2Fclients"
    tower = f"{LIST}/{secrets[1].client_id}/secrets/{secrets[1].pk}/rotate{after}&old=7d"
    assert f'hx-get="{tower}"' in first
    window = text_of(administrator_browser.get(tower, headers=HTMX))
    assert 'name="old" value="7d" checked' in window  # as for the one before

    rotate(administrator_browser, secrets[2], query)
    last = rotate(administrator_browser, secrets[1], query)
    assert "3 of 3 rotated, 0 left" in last
    assert "data-next" not in last


def test_run_shows_what_is_done_left_and_ended(
    administrator_browser: Browser, secrets: list[ClientSecret], now: datetime
) -> None:
    rotate(administrator_browser, secrets[0], "")
    ClientSecret.objects.filter(pk=secrets[2].pk).update(removed_at=now)

    reply = administrator_browser.get(RUN, {"secrets": ids(secrets)})

    text = text_of(reply)
    assert is_page(reply)
    assert "1 of 3 rotated, 1 left" in text
    assert f"…{secrets[0].last_four} replaced by …" in text
    assert f"…{secrets[2].last_four} was removed" in text
    assert 'id="rotate-next"' in text
    assert "autofocus" in text
    part = administrator_browser.get(RUN, {"secrets": ids(secrets)}, headers=HTMX)
    assert not is_page(part)


def test_run_of_an_auditor_can_be_read_and_of_a_rotator_done(
    tenant: Tenant, secrets: list[ClientSecret]
) -> None:
    secrets[1].client.may_introspect = True
    secrets[1].client.save()
    asked = {"secrets": ids(secrets)}

    audited = text_of(browser_of(make_person("au", tenant, TENANT_AUDITOR)).get(RUN, asked))
    assert "0 of 3 rotated" in audited
    assert "/rotate?run" not in audited

    rotating = browser_of(make_person("ro", tenant, SECRET_ROTATOR)).get(RUN, asked)
    assert f"/secrets/{secrets[0].pk}/rotate?run" in text_of(rotating)
    assert f"/secrets/{secrets[1].pk}/rotate?run" not in text_of(rotating)  # privileged
    assert "You cannot rotate it" in text_of(rotating)


def test_run_shows_an_owner_their_own_clients_only(
    tenant: Tenant, colleague: Any, colleague_browser: Browser, secrets: list[ClientSecret]
) -> None:
    secrets[0].client.owners.add(colleague)

    text = text_of(colleague_browser.get(RUN, {"secrets": ids(secrets)}))

    assert "0 of 1 rotated" in text
    assert "Tower" not in text


def test_run_of_another_tenant_or_of_nonsense_is_empty(
    stranger_browser: Browser, administrator_browser: Browser, secrets: list[ClientSecret]
) -> None:
    assert "No secrets to rotate" in text_of(stranger_browser.get(RUN, {"secrets": ids(secrets)}))
    for nonsense in ("", "x", "1e3", "9" * 30, "-1", "٣"):
        reply = administrator_browser.get(RUN, {"secrets": nonsense})
        assert "No secrets to rotate" in text_of(reply)


def test_run_needs_the_same_queries_for_any_number_of_secrets(
    tenant: Tenant, secrets: list[ClientSecret], now: datetime, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(make_person("ro", tenant, SECRET_ROTATOR))
    for number in range(20):
        make_client(f"More {number}", tenant, now=now)
    browser.get(RUN)
    everything = ids(list(ClientSecret.objects.all()))

    with django_assert_max_num_queries(14):
        text = text_of(browser.get(RUN, {"secrets": everything}))
    assert f"0 of {Client.objects.count()} rotated" in text
