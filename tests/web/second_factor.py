"""Signs in and reads the screens of the second factor."""

import re
from typing import Any

from django.test import Client as Browser

from clients_app.models import AuditEvent
from tests.portal_process import PASSWORD
from tests.responses import text_of

SET_UP = "/account/authenticator"


def sign_in(browser: Browser, username: str = "jonas", **more: str) -> Any:
    return browser.post("/sign-in", {"login": username, "password": PASSWORD, **more})


def key_in(reply: Any) -> str:
    found = re.search(r'id="id_key"[^>]*>([A-Z2-7]{32})<', text_of(reply))
    assert found, text_of(reply)
    return found[1]


def recovery_codes_in(reply: Any) -> list[str]:
    found = re.search(r'id="id_recovery_codes"[^>]*>([\d\s]+)<', text_of(reply))
    assert found, text_of(reply)
    return found[1].split()


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def last_action() -> str:
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    return event.action
