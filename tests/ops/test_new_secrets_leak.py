"""LOG-1: what the portal hands out once, and what people type to prove who they are, is in no log
line and no mail's subject, whether the operations work or fail."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from clients_app import conf
from clients_app.identity.one_time_links import (
    mail_asked_links,
    mail_invitations,
    make_one_time_link,
)
from clients_app.models import Client, ClientSecret, Person, Tenant
from clients_app.services.people.invitations import invite_person
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.factories import code_of, make_client, make_person
from tests.management.conftest import run  # noqa: F401  a fixture
from tests.moments import NOW
from tests.ops.secret_leaks import fail_to_record, found_in
from tests.portal_process import PASSWORD
from tests.responses import HTMX
from tests.server.captured_logs import captured_logs
from tests.web.second_factor import key_in, recovery_codes_in

NOTICES = "/security/notices"
NEW_PASSWORD = "Five-black-storks-5"
TYPED_CODE = "740913"
NEW_SECRET = {"secret_description": "", "never_expires": "on"}
#: what only a page or a command shows: secrets of clients and webhooks, keys, codes, addresses
SECRET = re.compile(
    r"pcs_\w{49}|whsec_[\w+/=]+|(?<=>)[A-Z2-7]{32}(?=<)"
    r"|(?<=/choose-password/)\w+-\w+-\w+|(?<=/calendar/)[-\w]{20,}"
)

pytestmark = pytest.mark.one_database  # logs and subjects, not tables


class Doors:
    """Sends requests; ``marks`` and ``codes`` are the secrets that were shown or typed."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.browser.raise_request_exception = False
        self.marks = {"password": PASSWORD, "new password": NEW_PASSWORD}
        self.codes = [TYPED_CODE]  # so short that a part of one may be anywhere

    def post(self, address: str, **typed: Any) -> Any:
        reply = self.browser.post(address, typed, headers=HTMX)
        self.note(address, reply.content.decode())
        return reply

    def note(self, place: str, shown: str) -> None:
        for number, secret in enumerate(SECRET.findall(shown)):
            self.marks[f"{place} {number}"] = secret


@pytest.fixture
def doors(administrator: Person) -> Doors:
    return Doors(browser_of(administrator))


def use_portal_and_admin_site(doors: Doors, client: Client) -> None:
    secret = ClientSecret.objects.get(client=client)
    place = f"/security/clients/{client.pk}"
    doors.post(f"{place}/secrets/add", **NEW_SECRET)
    doors.post(f"{place}/secrets/{secret.pk}/rotate", **NEW_SECRET, replaces=secret.pk, old="24h")
    doors.post(reverse("admin:client-secrets-add", args=[client.pk]), **NEW_SECRET)
    doors.post(reverse("admin:secret-rotate", args=[secret.pk]), **NEW_SECRET, old="24h")
    doors.post(f"{NOTICES}/webhook", url="https://hooks.example.com/")
    doors.post(f"{NOTICES}/webhook/secret")
    doors.post(f"{NOTICES}/calendar")


def use_account(doors: Doors) -> None:
    page = doors.browser.get("/account/authenticator")
    doors.note("authenticator", page.content.decode())
    doors.post("/account/authenticator", code=TYPED_CODE)
    if page.status_code == 200:
        doors.codes.append(code_of(key_in(page)))
        doors.post("/account/authenticator", code=doors.codes[-1])
    codes = doors.post("/account/recovery-codes")
    if "id_recovery_codes" in codes.content.decode():
        doors.codes += recovery_codes_in(codes)
    chosen = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    doors.post("/account/password", oldpassword=PASSWORD, **chosen)


def use_one_time_link(doors: Doors, link: str) -> None:
    doors.note("link", link)
    person = Browser(raise_request_exception=False)
    for _ in range(2):  # the second time, it is used
        page = person.get(link.removeprefix(conf.public_url()))
        form = page.headers.get("Location", "/choose-password")
        person.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    doors.marks["session"] = doors.browser.cookies["sessionid"].value


def send_without_csrf_token(doors: Doors) -> None:
    strict = Browser(enforce_csrf_checks=True, raise_request_exception=False)
    strict.get("/sign-in")
    doors.marks["CSRF token"] = strict.cookies["csrftoken"].value
    for token in ("", doors.marks["CSRF token"][::-1]):
        typed = {"login": "mara", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert strict.post("/sign-in", typed).status_code == 403


def run_commands(doors: Doors, run: Callable[..., Any]) -> str:  # noqa: F811  a fixture
    """Return what they wrote to standard error."""
    said = [
        run("clients", "add", "Valve", "--json"),
        run("people", "add", "otto"),
        run("people", "reset-link", "mara"),
    ]
    for each in said:
        doors.note(str(len(doors.marks)), each.out)
    return "".join(each.error for each in said)


def invite_by_mail(tenant: Tenant) -> None:
    """Mail an invitation; its link is in no log line either, see SECRET."""
    given = {"role_ids": frozenset(), "confirms_administrator": False, "by_mail": False}
    by = {"actor": command_line_in(tenant), "now": NOW}
    invite_person("", email="lena@herons.example", **given, **by)
    Person.objects.filter(username="lena@herons.example").update(must_mail_invitation=True)
    mail_invitations(now=NOW)


@pytest.mark.parametrize("fails", [False, True])
def test_new_secrets_are_in_no_log_line_and_no_subject(
    doors: Doors,
    tenant: Tenant,
    run: Callable[..., Any],  # noqa: F811  a fixture
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,
) -> None:
    client = make_client("Pump", tenant).client
    ines = make_person("ines", tenant, email="ines@herons.example")
    link = make_one_time_link(ines, actor=command_line_in(tenant), now=NOW)
    with captured_logs() as log, monkeypatch.context() as patch:
        if fails:
            fail_to_record(patch)
        use_portal_and_admin_site(doors, client)
        use_one_time_link(doors, link)
        send_without_csrf_token(doors)
        use_account(doors)
        errors = run_commands(doors, run) if not fails else ""
        Browser().post("/forgot-password", {"email": "ines@herons.example"})
        if not fails:
            mail_asked_links(now=NOW)
            invite_by_mail(tenant)

    subjects = "".join(one.subject for one in mail.outbox)
    written = log.text + log.json + errors + subjects
    assert found_in(written, doors.marks) == {}
    assert not set(re.findall(r"(?<![-.\w])\d{6,8}(?![-.\w])", written)) & set(doors.codes)
    assert not SECRET.search(written)
    assert ("on fire" in log.text) is fails
    assert fails or (len(doors.marks) > 20 and len(doors.codes) == 12)  # 10 are recovery codes
