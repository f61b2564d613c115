"""One-time links to choose a password, also mailed to people who forgot theirs."""

import logging
from datetime import datetime
from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from clients_app import audit, conf
from clients_app.actors import Actor
from clients_app.models import LinkRequest, Person
from clients_app.rules.names import key_of
from clients_app.services.notices.channels.mail.smtp import send
from clients_app.services.notices.messages import NotSent
from clients_app.services.people.accounts import require_may_manage

log = logging.getLogger("clients_app.mail")


def make_one_time_link(person: Person, *, actor: Actor, now: datetime) -> str:
    """Return an address where anyone who has it can choose the password of ``person``, once.

    It expires after an hour. Show it only to the person or on standard output, never log it.
    """
    key = default_token_generator.make_token(person)
    parts = {"uidb36": user_pk_to_url_str(person), "key": key}
    with transaction.atomic():
        require_may_manage(person, actor=actor)
        audit.record("person.link.made", person, actor=actor, now=now)
    return conf.public_url() + reverse("account_reset_password_from_key", kwargs=parts)


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
