"""Forgot password: mails a one-time link to the person with that address."""

import logging
from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext

from clients_app import conf
from clients_app.actors import Actor
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import LinkRequest, Person
from clients_app.rules.names import key_of
from clients_app.services.notices.channel import NotSent
from clients_app.services.notices.channels.mail.smtp import send

log = logging.getLogger("clients_app.mail")


def ask_for_link(email: str) -> None:
    """Store the request for a link, in the same time for known and unknown addresses."""
    LinkRequest.objects.create(email=email)


def mail_asked_links(*, now: datetime) -> None:
    """Mail a link to each requested address that belongs to an active person.

    Each request is deleted first and tried once: a second link would invalidate the first.
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
    except NotSent as error:  # the person can request another one
        log.warning("The one-time link of %s was not mailed: %s", person.username, error)
