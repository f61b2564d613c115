"""A flood of visits to a provider: few rows, few requests and events, and nobody is locked out."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client as Browser

from clients_app.identity.sign_on.adapter import SessionInTime
from clients_app.models import AuditEvent, Session
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services import failure_limits
from clients_app.services.activity import refused_attempts
from tests.factories import make_person
from tests.identity.sign_on_visits import START, visit
from tests.portal_process import PASSWORD
from tests.responses import text_of
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nothing_noted")

THREADS = 8  # of a process that wait for providers
MAX = failure_limits.FAILURES_MAX
BACK = f"{START}/return?state=invented&code=x"
OFFICE, ELSEWHERE = {"REMOTE_ADDR": "10.0.0.1"}, {"REMOTE_ADDR": "10.0.0.2"}


@pytest.fixture
def mara(tenant, sign_on):
    return make_person(
        "mara", tenant, TENANT_ADMINISTRATOR, email="mara@example.com", password=PASSWORD
    )


@pytest.mark.sweep(on="postgresql")
def test_sign_ons_begun_by_a_flood_are_a_hundred_sessions(provider, mara):
    replies = [Browser(**OFFICE).post(START) for _ in range(MAX + 20)]

    assert [one.status_code for one in replies] == [200] * MAX + [429] * 20
    assert "Wait a minute, then try again." in text_of(replies[-1])
    assert 0 < int(replies[-1]["Retry-After"]) <= 60
    assert Session.objects.count() == MAX
    assert visit(Browser(**ELSEWHERE), provider).status_code == 303


@pytest.mark.sweep(on="postgresql")
def test_known_device_signs_on_while_others_at_its_address_flood(provider, mara):
    known = Browser(**OFFICE)
    assert visit(known, provider).status_code == 303
    known.post("/sign-out")
    for _ in range(MAX + 1):
        Browser(**OFFICE).post(START)

    assert visit(known, provider).status_code == 303


@pytest.mark.sweep(on="postgresql")
def test_cookie_that_is_made_up_is_no_known_device(provider, mara):
    for _ in range(MAX):
        Browser(**OFFICE).post(START)
    liar = Browser(**OFFICE)
    liar.cookies["device-0123456789abcdef"] = "a:b:c"

    assert liar.post(START).status_code == 429


@pytest.mark.sweep(on="postgresql")
def test_returns_that_nobody_began_are_few_lines_and_no_requests(provider, mara, caplog):
    with caplog.at_level(logging.WARNING, "clients_app.attempts"):
        replies = [Browser(**OFFICE).get(BACK) for _ in range(MAX + 20)]

    assert [one.status_code for one in replies] == [403] * MAX + [429] * 20
    lines = [one for one in caplog.records if one.name == "clients_app.attempts"]
    assert len(lines) == MAX
    assert provider.requests == []
    refused_attempts.flush()
    assert AuditEvent.objects.filter(action="sign-on.refused").count() == 1
    assert not Session.objects.exists()


def test_returns_with_made_up_errors_are_one_event(provider, mara):
    for number in range(5):
        browser = Browser(**OFFICE)
        provider.returned = {"error": f"invented-{number}", "code": None}
        assert visit(browser, provider).status_code == 403
        provider.returned = {"iss": f"https://evil-{number}.example"}
        assert visit(browser, provider).status_code == 403

    refused_attempts.flush()
    assert AuditEvent.objects.filter(action="sign-on.refused").count() == 2
    events = "".join(AuditEvent.objects.values_list("canonical", flat=True))
    assert "evil" not in events
    assert "invented" not in events


def test_answers_that_strangers_wait_for_do_not_close_the_provider(provider, mara):
    provider.stuck.clear()
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(THREADS):
            pool.submit(SessionInTime().request, "GET", f"{provider.issuer}/keys")
        wait_until(lambda: len(provider.requests) == THREADS)
        assert Browser(**OFFICE).post(START).status_code == 503
        provider.stuck.set()

    assert Browser(**OFFICE).post(START).status_code == 200
