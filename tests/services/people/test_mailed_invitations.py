"""Invitations by mail: what is sent, what is not, and what people see then."""

from typing import Any

from django.test import override_settings

from clients_app.identity.one_time_links import mail_asked_links, mail_invitations
from clients_app.models import LinkRequest, Tenant
from clients_app.services.people.accounts import choose_password
from clients_app.services.people.invitations import LASTS
from tests.actors import actor_for
from tests.services.people.test_invitations import GOOD, HOUR, works
from tests.sinks import mail_sink


def test_mailed_invitation_has_a_link_that_works(invite: Any, tenant: Tenant, now: Any) -> None:
    with mail_sink() as sink, override_settings(**sink.settings):
        lena = invite(by_mail=True)

        mail_invitations(now=now)
        mail_invitations(now=now)

    (message,) = sink.received
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    link = next(line for line in text.splitlines() if "/choose-password/" in line)
    assert works(link.strip(), lena)
    assert tenant.name in text


def test_invitation_that_was_not_mailed_says_why(invite: Any, now: Any, settings: Any) -> None:
    settings.MAIL = {"EMAIL_HOST": "127.0.0.1"}
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    lena = invite(by_mail=True)

    mail_invitations(now=now)

    lena.refresh_from_db()
    assert "refused" in lena.invitation_problem.lower()
    assert not lena.must_mail_invitation


def test_withdrawn_or_accepted_invitation_is_not_mailed(
    invite: Any, tenant: Tenant, now: Any
) -> None:
    with mail_sink() as sink, override_settings(**sink.settings):
        lena = invite(by_mail=True)
        choose_password(lena, GOOD, actor=actor_for(lena), now=now)
        mail_invitations(now=now)

    assert sink.received == []


def test_forgot_password_does_not_revive_an_expired_invitation(invite: Any, now: Any) -> None:
    with mail_sink() as sink, override_settings(**sink.settings):
        LinkRequest.objects.create(email=invite().email)
        mail_asked_links(now=now + LASTS + HOUR)

    assert sink.received == []
