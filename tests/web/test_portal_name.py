"""The setting PORTAL_NAME: what the installation calls the product."""

import re

import pytest
from allauth.mfa.adapter import get_adapter
from pytest_django.fixtures import Settings

from tests.responses import text_of

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _named(settings: Settings) -> None:
    settings.PORTAL_NAME = "Herons: <Access> & Co"


@pytest.mark.parametrize("path", ["/security/clients", "/security/roles", "/account", "/find"])
def test_portal_name_is_in_the_title_and_above_the_left_pane(administrator_browser, path):
    text = text_of(administrator_browser.get(path, follow=True))

    assert re.search("<title>.* · Herons: &lt;Access&gt; &amp; Co</title>", text)
    assert text.count('class="brand-name" translate="no">Herons: &lt;Access&gt; &amp; Co<') == 2
    assert re.search(r'aria-label="Herons: &lt;Access&gt; &amp; Co, [^"]+"', text)
    assert ">Portal<" not in text


def test_portal_name_is_on_the_pages_of_strangers(client, db):
    text = text_of(client.get("/sign-in"))

    assert "<title>Sign in · Herons: &lt;Access&gt; &amp; Co</title>" in text
    assert ">Sign in to Herons: &lt;Access&gt; &amp; Co</h1>" in text


def test_portal_name_is_above_the_site_for_staff(administrator_browser):
    text = text_of(administrator_browser.get("/admin/"))

    assert ">Herons: &lt;Access&gt; &amp; Co for Staff</a>" in text
    assert "| Herons: &lt;Access&gt; &amp; Co for Staff</title>" in text


def test_portal_name_is_what_authenticator_apps_show_without_the_colon_that_splits_it(db):
    assert get_adapter().get_totp_issuer() == "Herons <Access> & Co localhost"
