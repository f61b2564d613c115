"""What holds of every page: its headers, its markup, and who gets which status."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import get_resolver
from django.utils import timezone

from clients_app import conf
from clients_app.models import Client
from tests.factories import insert_clients, make_role
from tests.portal_process import PASSWORD
from tests.web.conftest import HTMX, is_page, text_of

TEMPLATES = Path("templates/clients_app")

#: name of the address -> status of GET for administrator, colleague, stranger, nobody
WHO_GETS_WHAT = {
    "front": (303, 303, 303, 303),
    "client-list": (200, 200, 200, 303),
    "client-add": (200, 403, 200, 303),
    "client-register": (303, 403, 303, 303),
    "client-add-type": (200, 403, 200, 303),
    "client-register-type": (303, 403, 303, 303),
    "client-list-live": (200, 200, 200, 303),
    "client-live": (200, 200, 404, 303),
    "client-details": (200, 200, 404, 303),
    "client-edit": (200, 403, 404, 303),
    "client-fleet": (200, 403, 200, 303),
    "filter-add": (200, 200, 200, 303),
    "filter-remove": (405, 405, 405, 405),
    "client-disable": (200, 403, 404, 303),
    "client-enable": (200, 403, 404, 303),
    "client-remove": (200, 403, 404, 303),
    "client-tokens-end": (200, 403, 404, 303),
    "client-restore": (200, 403, 404, 303),
    "client-secrets": (200, 403, 404, 303),
    "client-roles": (200, 200, 404, 303),
    "client-roles-edit": (200, 403, 404, 303),
    "client-activity": (200, 403, 404, 303),
    "secret-add": (200, 403, 404, 303),
    "secret-edit": (200, 403, 404, 303),
    "secret-remove": (200, 403, 404, 303),
    "secret-rotate": (200, 403, 404, 303),
    "role-list": (200, 200, 200, 303),
    "role-add": (200, 403, 200, 303),
    "role-edit": (200, 403, 404, 303),
    "role-remove": (200, 403, 404, 303),
    "activity": (200, 403, 200, 303),
    "activity-export": (200, 403, 200, 303),
    "account_login": (303, 303, 303, 200),
    "sign-out": (405, 405, 405, 405),
    "account_reset_password": (200, 200, 200, 200),
    "account_reset_password_from_key": (422, 422, 422, 422),
    "session-left": (204, 204, 204, 204),
    "session-stay": (405, 405, 405, 405),
    "theme": (405, 405, 405, 405),
    "account": (200, 200, 200, 303),
    "account-password": (303, 303, 303, 303),
    "account-time-zone": (303, 303, 303, 303),
    "account-shortcuts": (405, 405, 405, 405),
    "find": (200, 200, 200, 303),
    "keys": (200, 200, 200, 303),
    "get-started": (200, 200, 200, 303),
    "get-started-type": (200, 200, 200, 303),
}


def addresses(machine) -> dict[str, str]:
    import clients_app.urls

    parts = {"client_id": machine.client.pk, "secret_id": machine.secret.pk}
    parts |= {"role_id": make_role(f"Role {uuid4()}", machine.client.tenant).pk}
    parts |= {"removed_id": removed_client(machine.client.tenant).pk}
    parts |= {"client_type": "hybrid", "tab": "roles", "deed": "tags", "filter_id": 1}
    parts |= {"uidb36": "ff", "key": "a-b"}
    found = {}
    for pattern in clients_app.urls.urlpatterns:
        if pattern.name:
            names = re.findall(
                r"client_id|client_type|removed_id|secret_id|role_id|filter_id|deed|uidb36"
                r"|\bkey\b|\btab\b",
                str(pattern.pattern),
            )
            given = {name: parts[name] for name in names}
            found[pattern.name] = get_resolver().reverse(pattern.name, **given)
    return {name: f"/{path}" for name, path in found.items()}


def removed_client(tenant) -> Client:
    client = insert_clients([f"Removed {uuid4()}"], tenant)[0]
    Client.objects.filter(pk=client.pk).update(removed_at=timezone.now(), removed_by="mara")
    return client


def test_every_address_has_its_row_and_gives_what_it_says(
    administrator_browser, colleague_browser, stranger_browser, client, machine
):
    browsers = (administrator_browser, colleague_browser, stranger_browser, client)

    given = {
        name: tuple(browser.get(path).status_code for browser in browsers)
        for name, path in addresses(machine).items()
    }

    assert given == WHO_GETS_WHAT


def test_with_a_slash_at_the_end_each_answers_the_same(administrator_browser, machine):
    for name, path in addresses(machine).items():
        if name != "front":
            slashed = administrator_browser.get(f"{path}/")
            assert slashed.status_code == WHO_GETS_WHAT[name][0], path


@pytest.mark.parametrize("path", ["/security/clients", "/sign-in", "/nowhere", "/sign-out"])
def test_headers(administrator_browser, path):
    reply = administrator_browser.get(path)

    assert "no-store" in reply["Cache-Control"]
    assert {"HX-Request", "HX-Target"} <= {word.strip() for word in reply["Vary"].split(",")}
    assert reply["Cross-Origin-Opener-Policy"] == "same-origin"
    assert reply["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in reply["Permissions-Policy"]
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["X-Frame-Options"] == "DENY"
    assert reply["Referrer-Policy"] == "same-origin"
    policy = reply["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_machines_get_none_of_it(client, db):
    reply = client.get("/identity/.well-known/openid-configuration")

    assert reply.status_code == 200
    for name in ("Permissions-Policy", "Cross-Origin-Resource-Policy"):
        assert name not in reply
    assert "HX-Request" not in reply.get("Vary", "")


def test_each_answer_has_an_operation_id_of_its_own(client, db):
    assert len({client.get("/sign-in")["Operation-Id"] for _ in range(3)}) == 3


def test_no_page_holds_style_or_script_of_its_own(administrator_browser, machine):
    for name, path in addresses(machine).items():
        text = text_of(administrator_browser.get(path))
        assert not re.search(
            r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", text
        ), name


def test_nothing_comes_from_elsewhere(administrator_browser, machine):
    for path in addresses(machine).values():
        text = text_of(administrator_browser.get(path))
        links = re.findall(r'(?:src|href|action)="([^"]*)"', text)
        assert not [link for link in links if not link.startswith(("/", "#", "?"))]


def test_every_hx_attribute_stands_beside_a_real_address():
    for template in TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"<(?:a|form)\b[^>]*hx-(?:get|post)[^>]*>", template.read_text()):
            assert re.search(r"\s(href|action)=", tag), (template, tag)


@pytest.mark.parametrize(("folder", "lines"), [(TEMPLATES, 60), (TEMPLATES / "components", 25)])
def test_templates_are_one_reading(folder, lines):
    for template in folder.glob("*.html"):
        assert len(template.read_text().splitlines()) <= lines, template


def test_components_say_what_they_need():
    for template in (TEMPLATES / "components").glob("*.html"):
        assert re.match(r"\{# .+ #\}", template.read_text().splitlines()[0]), template


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_theme_is_kept_in_a_cookie_and_painted_by_the_server(administrator_browser, chosen):
    reply = administrator_browser.post("/theme", {"theme": chosen, "next": "/security/roles"})

    assert (reply.status_code, reply["Location"]) == (303, "/security/roles")
    assert reply.cookies["theme"]["httponly"]
    assert f'data-theme="{chosen}"' in text_of(administrator_browser.get("/security/roles"))
    assert f'data-theme="{chosen}"' in text_of(administrator_browser.get("/forgot-password"))


def test_theme_of_the_system_and_nonsense(administrator_browser, administrator):
    administrator.theme = "dark"
    administrator.save(update_fields=["theme"])
    assert 'data-theme="dark"' in text_of(administrator_browser.get("/security/roles"))

    reply = administrator_browser.post("/theme", {"theme": '"><b>'}, headers=HTMX)
    assert reply.status_code == 204
    assert "data-theme=" not in text_of(administrator_browser.get("/security/roles"))


def test_address_behind_trusted_proxies_stands_in_the_event(administrator_browser, draft, settings):
    from clients_app.models import AuditEvent

    settings.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4, 10.1.2.3"}
    administrator_browser.post("/security/clients/register", draft, headers=headers)

    events = AuditEvent.objects.filter(action="client.added")
    assert [event.address for event in events] == ["198.51.100.4"]
    assert len(events[0].operation_id) == 36


def test_address_that_anybody_can_write_is_not_believed(administrator_browser, draft):
    from clients_app.models import AuditEvent

    headers = {"X-Forwarded-For": "203.0.113.9"}
    administrator_browser.post("/security/clients/register", draft, headers=headers)

    assert AuditEvent.objects.get(action="client.added").address == "127.0.0.1"


def test_password_hash_of_the_person_is_on_no_page(administrator_browser, administrator, machine):
    for path in addresses(machine).values():
        reply = administrator_browser.get(path)
        assert administrator.password not in text_of(reply)
        assert PASSWORD not in text_of(reply)


def test_snippets_name_the_issuer(administrator_browser, draft):
    reply = administrator_browser.post("/security/clients/register", draft)

    assert is_page(reply)
    assert conf.public_url() in text_of(reply)
