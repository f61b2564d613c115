"""One-time links on which a person chooses a password: for the first start and the command line."""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from clients_app import audit, conf
from clients_app.actors import Actor
from clients_app.models import Person
from clients_app.services.people.accounts import require_may_manage


def make_one_time_link(person: Person, *, actor: Actor, now: datetime) -> str:
    """Return an address that lets its bearer choose the password of ``person``, once.

    It ends after an hour, and when a password is chosen. It goes to standard output or to the
    person alone, never to a log.
    """
    key = default_token_generator.make_token(person)
    parts = {"uidb36": user_pk_to_url_str(person), "key": key}
    with transaction.atomic():
        require_may_manage(person, actor=actor)
        audit.record("person.link.made", person, actor=actor, now=now)
    return conf.public_url() + reverse("account_reset_password_from_key", kwargs=parts)
