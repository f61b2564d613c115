"""Forgot password: a one-time link by mail to the person whose address it is."""

import logging
from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext

from clients_app import conf
from clients_app.actors import Actor
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import LinkRequest, Person
from clients_app.rules.names import key_of
from clients_app.services.notices.channels.mail.smtp import send
from clients_app.services.notices.messages import NotSent

log = logging.getLogger("clients_app.mail")


def ask_for_link(email: str) -> None:
    """Note that ``email`` asks for a link, in the same time whether anyone has that address."""
    LinkRequest.objects.create(email=email)


def mail_asked_links(*, now: datetime) -> None:
    """Mail a link to each address that asked, where it is an active person's.

    Each request is removed first and tried once: a second mail would end the link of the first.
    """
    for request in LinkRequest.objects.order_by("pk")[:100]:
        if request.delete()[0]:  # else another worker has it
            _mail_link(request.email, now=now)


def _mail_link(email: str, *, now: datetime) -> None:
    person = Person.objects.filter(email_key=key_of(email), is_active=True).first()
    if person is None:
        return
    actor = Actor.system(person.tenant_id)
    context = {
        "username": person.username,
        "link": make_one_time_link(person, actor=actor, now=now),
        "lasts_min": int(conf.setup_link_lifetime().total_seconds()) // 60,
    }
    try:
        subject = gettext("Choose a new password")
        send(person.email, subject, "reset_link", context, message_id=str(uuid4()))
    except NotSent as error:  # whoever waits for it asks again
        log.warning("The one-time link of %s was not mailed: %s", person.username, error)
