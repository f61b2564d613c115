"""Signing keys: what the page says of each key, and who finds it (KEY-4, KEY-8)."""

from datetime import timedelta

import pytest

from clients_app.models import SigningKey
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_AUDITOR
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.conftest import browser_of
from tests.factories import make_person
from tests.responses import text_of

PAGE = "/security/keys"


def test_signing_keys_show_the_active_key_and_when_it_is_replaced(
    administrator_browser, settings, now
):
    settings.KEY_ROTATION_DAYS = 90
    ensure_active_key(now=now)
    key = SigningKey.objects.get()

    text = text_of(administrator_browser.get(PAGE))

    assert key.kid in text
    assert f"{(now + timedelta(days=90)):%Y}" in text.partition("Replaced")[2][:40]
    assert "/jwks" in text
    assert "private" not in text
    assert "<form" not in text.partition('class="page-body"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("right", "status"), [(TENANT_AUDITOR, 200), (SECRET_ROTATOR, 403), (None, 403)]
)
def test_signing_keys_are_for_administrators_and_auditors(tenant, right, status):
    browser = browser_of(make_person("ruth", tenant, *([right] if right else [])))

    assert browser.get(PAGE).status_code == status
    pane = text_of(browser.get("/security/roles"))
    assert (f'href="{PAGE}"' in pane) == (status == 200)


def test_settings_are_in_the_left_pane_and_not_in_the_personal_menu(
    administrator_browser, colleague_browser
):
    pane = text_of(administrator_browser.get("/security/roles"))
    navigation, _, foot = pane.partition('class="sidebar-foot"')
    pages = [f"/security/{name}" for name in ("organisation", "policies", "notices", "keys")]

    assert all(f'href="{page}"' in navigation for page in pages)
    assert not any(f'href="{page}"' in foot for page in pages)
    theirs = text_of(colleague_browser.get("/security/roles"))
    assert [page for page in pages if f'href="{page}"' in theirs] == ["/security/notices"]
