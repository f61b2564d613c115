"""Forms come back filled after a stale token or an expired session (WEB-2)."""

import re
from html import unescape

import pytest

from clients_app.identity.kept_forms import SHOWN, fields_of_form
from clients_app.models import AuditEvent, Client, ClientSecret
from tests.portal_process import PASSWORD
from tests.responses import HTMX, text_of, value_of

pytestmark = pytest.mark.one_database

#: windows and pages that keep the input: address, form data, the field to check
KEPT_FORMS = {
    "rotate": ("{client}/secrets/{secret}/rotate", {"secret_description": "typed"}),
    "edit a secret": ("{client}/secrets/{secret}/edit", {"secret_description": "typed"}),
    "add a secret": ("{client}/secrets/add", {"secret_description": "typed"}),
    "edit a client": ("{client}/edit", {"contact": "typed"}),
    "remove a client": ("{client}/remove", {}),
    "end its tokens": ("{client}/tokens/end", {}),
    "tags of several": ("/security/clients/bulk/tags", {"add": "typed"}),
    "several disabled": ("/security/clients/bulk/disable", {"to": "/security/clients?q=typed"}),
    "a filter": ("/security/clients/filters/add?q=Reservoir", {"name": "typed"}),
    "a role": ("/security/roles/add", {"name": "typed"}),
    "policies": ("/security/policies/check", {"secret_days_max": "typed"}),
    "a time zone": ("/account/time-zone", {"time_zone": "Asia/Kathmandu"}),
    "shortcuts off": ("/account/shortcuts", {"shortcuts": ""}),
    "mail off": ("/security/notices/mail", {"mails_notices": ""}),
    "a webhook": ("/security/notices/webhook", {"url": "https://typed.example/"}),
    "an export": ("/security/activity/export?q=typed", {}),
}


@pytest.fixture(params=KEPT_FORMS)
def kept_form(request, machine):
    path, fields = KEPT_FORMS[request.param]
    client = f"/security/clients/{machine.client.pk}"
    path = path.format(client=client, secret=machine.secret.pk)
    typed = {name: value for name, value in fields.items() if value}
    selected = {"clients": [str(machine.client.pk)]} if "/bulk/" in path else {}
    return path, selected | typed, fields


def is_filled(reply, fields) -> bool:
    return all(_shows(text_of(reply), name, value) for name, value in fields.items())


def _shows(text, name, value) -> bool:
    """Return whether the form has the value: typed, selected, or a box left unticked."""
    if not value:
        box = re.search(f'<input type="checkbox"[^>]* name="{name}"[^>]*>', text)
        return bool(box) and " checked" not in box[0]
    return f"<option selected>{value}</option>" in text or bool(
        re.search(f'<input[^>]* name="{name}"[^>]* value="{re.escape(value)}"', text)
    )


def names_kept_in(reply):
    return set(re.findall(r'name="(kept[.][^"]+)"', text_of(reply)))


def rows_and_events():
    return list(Client.objects.values()), list(ClientSecret.objects.values()), events()


def test_stale_form_of_each_window_is_returned_filled(csrf_browser, kept_form):
    path, sent, fields = kept_form
    before = rows_and_events()
    reply = csrf_browser.post(path, sent, headers={"Sec-Fetch-Site": "same-origin"})

    assert reply.status_code == 403
    assert "This page was out of date." in text_of(reply)
    assert is_filled(reply, fields)
    assert rows_and_events() == before


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_expired_session_returns_to_each_window_filled(client, administrator, kept_form, headers):
    path, sent, fields = kept_form
    before = rows_and_events()
    asked = client.post(path, sent, headers=headers)
    assert asked.status_code == 403
    assert "Your session has ended" in text_of(asked)

    form = {"login": administrator.username, "password": PASSWORD}
    form |= {name: value_of(name, asked) for name in names_kept_in(asked)}
    assert {f"kept.{name}" for name in sent} <= form.keys()
    form["next"] = unescape(value_of("next", asked))
    reply = client.post("/sign-in", form, headers=headers)

    assert reply.status_code == 200
    assert is_filled(reply, fields)
    assert path.partition("?")[2] in text_of(reply)  # the query string, too
    assert rows_and_events() == before


def test_kept_form_never_contains_passwords(csrf_browser, client):
    """SEC-3: a form that comes back filled contains no password."""
    sent = {"oldpassword": PASSWORD, "password1": "a quiet heron", "password2": "a quiet heron"}
    for browser in (csrf_browser, client):
        reply = browser.post("/account/password", sent, headers={"Sec-Fetch-Site": "same-origin"})

        assert reply.status_code == 403
        assert PASSWORD not in text_of(reply)
        assert "a quiet heron" not in text_of(reply)


def test_only_fields_that_the_window_declares_are_kept(csrf_browser, client, administrator):
    """SEC-3: whatever else was sent with them, such as a password, comes back nowhere."""
    strange = {"proof": "a quiet heron", "password1": "a quiet heron", "nonsense": "a quiet heron"}
    sent, window = {"name": "typed", **strange}, "/security/roles/add"
    for browser in (csrf_browser, client):  # a stale token, and no session
        reply = browser.post(window, sent, headers={"Sec-Fetch-Site": "same-origin"})
        assert "typed" in text_of(reply)
        assert "heron" not in text_of(reply)

    form = {"login": administrator.username, "next": window}
    form |= {f"kept.{name}": value for name, value in sent.items()}
    for password, status in (("wrong", 422), (PASSWORD, 200)):
        reply = client.post("/sign-in", {**form, "password": password})
        assert reply.status_code == status
        assert "typed" in text_of(reply)
        assert "heron" not in text_of(reply)


def test_fields_of_a_stale_form_are_those_that_its_view_declares(rf):
    """The window would ignore the others, but nothing may depend on that."""
    sent = {"name": "typed", "csrfmiddlewaretoken": "old", "password1": "a", "proof": "b"}

    kept = fields_of_form(rf.post("/security/roles/add", sent))

    assert kept == [("name", "typed"), ("csrfmiddlewaretoken", "old"), SHOWN]


def events():
    return AuditEvent.objects.exclude(action__startswith="person.").count()
