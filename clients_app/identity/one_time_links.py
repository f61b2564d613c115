"""One-time links to choose a password, also mailed to people who forgot theirs."""

import logging
from datetime import datetime
from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from clients_app import audit, conf
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken, gettext_noop
from clients_app.identity.link_tokens import InvitationTokens
from clients_app.limits import ANSWER_MAX, INVITATION_DAYS
from clients_app.models import LinkRequest, Person
from clients_app.rules.names import key_of
from clients_app.services.notices.channels.mail.smtp import send
from clients_app.services.notices.messages import NotSent
from clients_app.services.people.accounts import require_may_manage

log = logging.getLogger("clients_app.mail")


def make_one_time_link(person: Person, *, actor: Actor, now: datetime) -> str:
    """Return an address where anyone who has it can choose the password of ``person``, once.

    It expires after an hour. Show it only to the person or on standard output, never log it.
    Errors: Conflict where single sign-on is the only way, except on the command line; Forbidden;
    NotFound.
    """
    _refuse_where_closed(actor)
    key = default_token_generator.make_token(person)
    with transaction.atomic():
        require_may_manage(person, actor=actor)
        audit.record("person.link.made", person, actor=actor, now=now)
    return _address(person, key)


def invitation_link(person: Person, *, now: datetime) -> str:
    """Return the address where anyone who has it can accept the invitation of ``person``, once.

    It works until the invitation ends, is renewed or withdrawn. Show it only in the response to the
    operation that invited them, never log it.
    Where single sign-on is the only way, it is the address of the portal, where that accepts.
    """
    if settings.SIGN_ON_ONLY:
        return conf.public_url()
    assert person.invitation_ends_at is not None  # noqa: S101  narrows the type; they are invited
    return _address(person, InvitationTokens(person.invitation_ends_at - now).make_token(person))


def _refuse_where_closed(actor: Actor) -> None:
    if settings.SIGN_ON_ONLY and not actor.is_trusted:
        sentence = gettext_noop(
            "Only the command line makes links: people use single sign-on here."
        )
        raise Conflict(sentence)


def _address(person: Person, key: str) -> str:
    parts = {"uidb36": user_pk_to_url_str(person), "key": key}
    return conf.public_url() + reverse("account_reset_password_from_key", kwargs=parts)


def ask_for_link(email: str) -> None:
    """Store the request for a link, in the same time for known and unknown addresses."""
    LinkRequest.objects.create(email=email)


@transaction.atomic
def send_link(person: Person, *, actor: Actor, now: datetime) -> None:
    """Have the worker mail ``person`` a link to choose a password.

    Errors: RuleBroken without an email or a mail server; Conflict for people who cannot sign in,
    and where single sign-on is the only way; Forbidden; NotFound.
    """
    _refuse_where_closed(actor)
    require_may_manage(person, actor=actor)
    if not (person.email and conf.sends_mail()):
        raise RuleBroken(gettext_noop("Enter an email first, or show the link instead."))
    if not person.is_active or person.is_invited:
        raise Conflict(gettext_noop("They cannot sign in now."))
    audit.record("person.link.asked", person, actor=actor, now=now)
    ask_for_link(person.email)


def mail_asked_links(*, now: datetime) -> None:
    """Mail a link to each requested address that belongs to an active person.

    Each request is deleted first and tried once: a second link would invalidate the first.
    """
    for request in LinkRequest.objects.order_by("pk")[:100]:
        if request.delete()[0]:  # else another worker has it
            _mail_link(request.email, now=now)


def _mail_link(email: str, *, now: datetime) -> None:
    mine = Person.objects.filter(email_key=key_of(email), is_active=True)
    person = mine.filter(invitation_ends_at=None).first()  # an invitation has its own link
    if person is None or settings.SIGN_ON_ONLY:  # also if it was asked for before
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


def mail_invitations(*, now: datetime) -> None:
    """Mail the invitations that wait, each tried once; Details says which were not sent."""
    for person in Person.objects.filter(must_mail_invitation=True)[:100]:
        row = Person.objects.filter(pk=person.pk, must_mail_invitation=True)
        is_mine = row.update(must_mail_invitation=False)  # otherwise another worker has it
        if is_mine and person.is_active and person.is_invited:
            _mail_invitation(person, now=now)


def _mail_invitation(person: Person, *, now: datetime) -> None:
    context = {
        "username": person.username,
        "tenant": person.tenant.name,
        "address": conf.public_url(),
        "link": invitation_link(person, now=now),
        "lasts_days": INVITATION_DAYS,
        "closed": settings.SIGN_ON_ONLY,
    }
    subject = gettext("You are invited to %(portal)s") % {"portal": settings.PORTAL_NAME}
    try:
        send(person.email, subject, "invitation", context, message_id=str(uuid4()))
    except NotSent as error:
        problem = str(error)[:ANSWER_MAX]
        Person.objects.filter(pk=person.pk).update(invitation_problem=problem)
        log.warning("The invitation of %s was not mailed: %s", person.username, error)
