"""Forgot password: a one-time link by mail to the person whose address it is."""

import logging
from datetime import UTC, datetime
from uuid import uuid4

from django.utils.translation import gettext
from django_tasks import task

from clients_app import conf
from clients_app.actors import Actor
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.models import Person
from clients_app.rules.names import key_of
from clients_app.services.notices.mail import NotMailed, send

log = logging.getLogger("clients_app.mail")


def ask_for_link(email: str) -> None:
    """Queue a mail to ``email``; takes the same time whether anybody here has that address."""
    mail_link.enqueue(email)


@task()
def mail_link(email: str) -> None:
    """Mail a one-time link, in the worker, where the address is an active person's."""
    person = Person.objects.filter(email_key=key_of(email), is_active=True).first()
    if person is None:
        return
    actor, now = Actor.system(person.tenant_id), datetime.now(UTC)
    context = {
        "username": person.username,
        "link": make_one_time_link(person, actor=actor, now=now),
        "lasts_min": int(conf.setup_link_lifetime().total_seconds()) // 60,
    }
    try:
        subject = gettext("Choose a new password")
        send(person.email, subject, "reset_link", context, message_id=str(uuid4()))
    except NotMailed as error:  # who waits for it asks again
        log.warning("The one-time link of %s was not mailed: %s", person.username, error)
