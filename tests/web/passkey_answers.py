"""A sign-in by a passkey, and the event about one that is refused."""

import json
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from clients_app.models import AuditEvent
from clients_app.services.activity import refused_attempts
from tests.soft_authenticator import SoftPasskey, options_for, use

SIGN_IN: Final = "/sign-in/passkey"


def sign_in_by(browser: Browser, passkey: SoftPasskey, **lies: Any) -> Any:
    return browser.post(SIGN_IN, {"passkey": use(passkey, options_for(browser, "sign-in"), **lies)})


def refused_event() -> dict[str, Any]:
    """Return the fields of the only event about a refused sign-in, which waits in memory."""
    refused_attempts.flush_all()
    event = AuditEvent.objects.get(action="sign-in.refused")
    assert (event.outcome, event.object_name) == ("refused", "jonas")
    return json.loads(event.canonical)["after"]


def passkey_id() -> int:
    return Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
