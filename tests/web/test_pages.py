"""Headers and markup of every page; tests/test_matrix.py covers who may open it."""

import re
from pathlib import Path

import pytest

from clients_app import conf
from clients_app.rules.federation.presets import PRESETS
from clients_app.web.programs import SIGNING, Program, by_identity, by_key, by_secret, signing_in
from clients_app.web.views import api_details, people
from tests.responses import is_page, text_of

TEMPLATES = Path("templates/clients_app")


@pytest.mark.parametrize("path", ["/security/clients", "/sign-in", "/nowhere", "/sign-out"])
def test_page_has_the_security_headers(administrator_browser, path):
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


def test_machine_response_has_no_page_headers(client, db):
    reply = client.get("/identity/.well-known/openid-configuration")

    assert reply.status_code == 200
    for name in ("Permissions-Policy", "Cross-Origin-Resource-Policy"):
        assert name not in reply
    assert "HX-Request" not in reply.get("Vary", "")


def test_response_has_its_own_operation_id(client, db):
    assert len({client.get("/sign-in")["Operation-Id"] for _ in range(3)}) == 3


def test_template_hx_attributes_have_a_real_address_too():
    for template in TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"<(?:a|form)\b[^>]*hx-(?:get|post)[^>]*>", template.read_text()):
            assert re.search(r"\s(href|action)=", tag), (template, tag)


@pytest.mark.parametrize(("pattern", "lines"), [("**/*.html", 60), ("components/*.html", 25)])
def test_template_length_is_limited(pattern, lines):
    for template in TEMPLATES.glob(pattern):
        assert len(template.read_text().splitlines()) <= lines, template


@pytest.mark.parametrize("pattern", ["components/*.html", "*/_*.html", "base/*.html"])
def test_component_template_names_its_inputs(pattern):
    for template in TEMPLATES.glob(pattern):
        assert re.match(r"\{# .+ #\}", template.read_text().splitlines()[0]), template


NAMES_PARTS = (
    *(f"templatetags/{name}.py" for name in ("charts", "events", "portal", "snippets")),
    "web/views/get_started.py",
)


#: the tabs that screens choose by their names
TABS = {
    "apis": api_details.TABS,
    "clients": ("details", "secrets", "roles", "apis", "activity"),
    "people": people.TABS,
}


def programs() -> list[Program]:
    """Return each program that some client or some guide shows."""
    shown = [*by_secret(), *signing_in(by_server=True), *signing_in(by_server=False)]
    shown += by_identity(PRESETS["kubernetes"], in_file=True)
    return shown + [program for algorithm in SIGNING for program in by_key(algorithm)]


def test_component_template_is_used():
    texts = [template.read_text() for template in TEMPLATES.rglob("*.html")]
    texts += [Path(f"clients_app/{name}").read_text() for name in NAMES_PARTS]
    texts += [f'"{program.template}"' for program in programs()]
    texts += [
        f'"clients_app/{room}/_tab_{tab}.html"' for room, tabs in TABS.items() for tab in tabs
    ]
    for part in [*TEMPLATES.glob("components/*.html"), *TEMPLATES.glob("*/_*.html")]:
        names = (f'"clients_app/{part.relative_to(TEMPLATES)}"', f'{{% part "{part.stem[1:]}" ')
        assert any(name in text for text in texts for name in names), part


def test_event_address_behind_trusted_proxies_is_the_client(administrator_browser, draft, settings):
    from clients_app.models import AuditEvent

    settings.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4, 10.1.2.3"}
    administrator_browser.post("/security/clients/register", draft, headers=headers)

    events = AuditEvent.objects.filter(action="client.added")
    assert [event.address for event in events] == ["198.51.100.4"]
    assert len(events[0].operation_id) == 36


def test_event_address_forged_header_is_ignored(administrator_browser, draft):
    from clients_app.models import AuditEvent

    headers = {"X-Forwarded-For": "203.0.113.9"}
    administrator_browser.post("/security/clients/register", draft, headers=headers)

    assert AuditEvent.objects.get(action="client.added").address == "127.0.0.1"


def test_snippets_name_the_issuer(administrator_browser, draft):
    reply = administrator_browser.post("/security/clients/register", draft)

    assert is_page(reply)
    assert conf.public_url() in text_of(reply)
