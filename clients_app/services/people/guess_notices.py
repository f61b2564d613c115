"""Tells people of wrong passwords or codes tried for their account: by mail, and on each page.

What is noted waits in memory for the housekeeping thread: a request that guesses neither takes a
lock of the database nor shows by its time whether the username exists.
"""

import logging
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from django.utils.translation import gettext

from clients_app import conf
from clients_app.models import Person
from clients_app.rules.names import key_of
from clients_app.services.notices.channels.mail.smtp import send
from clients_app.services.notices.messages import NotSent

FLUSH_EVERY_S: Final = 5.0
_NAMES_MAX: Final = 1_000  # in memory at the same time

noted: Final[dict[str, None]] = {}

log = logging.getLogger("clients_app.mail")


def note_guesses(username: str) -> None:
    """Note that guesses at an account, which may not exist, begin to wait."""
    if len(noted) < _NAMES_MAX:
        noted[key_of(username)] = None


def flush() -> None:
    """Save what was noted, for people that exist."""
    keys = list(noted)
    if keys:
        people = Person.objects.filter(username_key__in=keys, is_active=True)
        people.update(guessed_at=datetime.now(UTC), must_mail_guesses=True)
    for key in keys:
        noted.pop(key, None)


def mail_guesses() -> None:
    """Mail those who were noted; tried once, because they are also told when they sign in."""
    for person in Person.objects.filter(must_mail_guesses=True)[:100]:
        row = Person.objects.filter(pk=person.pk, must_mail_guesses=True)
        is_mine = row.update(must_mail_guesses=False)  # else another worker has it
        if is_mine and person.email and conf.sends_mail():
            _mail(person)


def close_notice(person: Person) -> None:
    """End the notice on the pages of ``person``, until guesses begin to wait again."""
    Person.objects.filter(pk=person.pk).update(guessed_at=None)


def _mail(person: Person) -> None:
    context = {"username": person.username, "address": conf.public_url()}
    subject = gettext("Wrong passwords for your account")
    try:
        send(person.email, subject, "guesses", context, message_id=str(uuid4()))
    except NotSent as error:
        log.warning("%s was not told of wrong passwords: %s", person.username, error)
