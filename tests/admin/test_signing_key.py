"""Signing keys in the admin site: rotate and revoke with proof of identity and audit events."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.models import AuditEvent, Person, SigningKey
from clients_app.services.signing_keys import private_keys
from tests.admin.conftest import Installation, last_event, list_of, page_of
from tests.conftest import set_proof_age
from tests.responses import text_of

ROTATE = "/admin/clients_app/signingkey/rotate/"


def revoke_address(key: SigningKey) -> str:
    return reverse("admin:key-revoke", args=[key.pk])


def test_key_list_links_to_rotate_and_keys_to_revoke(
    staff: Browser, installation: Installation
) -> None:
    listed, page = (
        text_of(staff.get(list_of(SigningKey))),
        text_of(staff.get(page_of(installation.key))),
    )

    assert f'href="{ROTATE}"' in listed
    assert "RS256, 2048 bits" in listed
    assert f'href="{revoke_address(installation.key)}"' in page


def test_rotate_key_publishes_the_next_key(staff: Browser, installation: Installation) -> None:
    asked = text_of(staff.get(ROTATE))
    reply = staff.post(ROTATE, follow=True)

    assert "Issued tokens stay valid" in asked
    following = SigningKey.objects.get(state="next")
    assert f"Key {following.kid} is published. It signs from " in text_of(reply)
    event = last_event(installation.tenant)
    assert (event.action, event.actor_name, event.object_name) == (
        "key.published",
        "ola",
        following.kid,
    )
    assert audit.first_fault(installation.tenant.pk) is None


def test_rotate_key_with_a_published_key_lets_it_sign(
    staff: Browser, installation: Installation
) -> None:
    staff.post(ROTATE)
    following = SigningKey.objects.get(state="next")
    following.created_at = following.created_at.replace(year=2025)
    following.save()

    reply = staff.post(ROTATE, follow=True)

    assert f"Key {following.kid} signs now." in text_of(reply)
    assert SigningKey.objects.get(state="active") == following


def test_rotate_key_undecryptable_next_key_is_named(
    staff: Browser, installation: Installation
) -> None:
    staff.post(ROTATE)
    following = SigningKey.objects.get(state="next")
    following.created_at, following.private_part = following.created_at.replace(year=2025), b""
    following.save()
    private_keys.forget()

    reply = staff.post(ROTATE)

    assert reply.status_code == 422
    assert "This node has another SECRET_KEY" in text_of(reply)


@pytest.mark.both_databases
def test_revoke_key_explains_its_effects_and_revokes(
    staff: Browser, installation: Installation
) -> None:
    """KEY-5."""
    key = installation.key
    asked = text_of(staff.get(revoke_address(key)))
    reply = staff.post(revoke_address(key), follow=True)

    assert "trust them for up to 900 seconds more" in asked
    active = SigningKey.objects.get(state="active")
    assert f"Key {key.kid} is revoked. Key {active.kid} signs now." in text_of(reply)
    actions = AuditEvent.objects.for_tenant(installation.tenant.pk).values_list("action", flat=True)
    assert list(actions.order_by("-sequence")[:2]) == ["key.added", "key.revoked"]
    assert "Revoke Key" not in text_of(staff.get(page_of(key)))
    assert staff.get(revoke_address(key)).status_code == 404


@pytest.mark.parametrize("operation", ["rotate", "revoke"])
def test_key_operations_with_an_old_proof_ask_to_confirm_identity(
    staff: Browser, operator: Person, installation: Installation, operation: str
) -> None:
    """SES-5."""
    address = ROTATE if operation == "rotate" else revoke_address(installation.key)
    set_proof_age(staff, operator, timedelta(minutes=21))

    for reply in (staff.get(address), staff.post(address)):
        assert "Confirm your identity" in text_of(reply)
    assert SigningKey.objects.get().state == "active"
