"""Notices as mail: one message for each reader, with all secrets that concern them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.actions import Action
from clients_app.models import Client, Delivery, NoticeChannel, Person
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.notices.channel import Channel, Field, Text
from clients_app.services.notices.channels.mail import alert_mail, smtp
from clients_app.services.notices.messages import AboutClient, Message, secrets_in


class Mail(Channel):
    name, label, noun, icon = "mail", _("Mail"), _("mail"), "mail"
    about = _("One email a day per recipient, listing all secrets that concern them.")
    mails_help = _(
        "To the owners of a client, its Contact if it is an email address, and all Tenant "
        "Administrators."
    )
    fields = (Field("mails_notices", _("Mail notices"), mails_help, is_checkbox=True),)
    defaults = {"mails_notices": True}
    action = Action.MANAGE_NOTICES  # it only reaches people of the tenant and contacts

    def obstacle(self) -> Text:
        problem = _("No mail is sent: MAIL_URL is not set on this server.")
        return "" if conf.sends_mail() else problem

    def test_recipient(self, row: NoticeChannel | None, *, email: str) -> str:
        return email if conf.sends_mail() else ""

    def messages(
        self, tenant_id: UUID, row: NoticeChannel | None, about: Iterable[AboutClient]
    ) -> Iterator[Message]:
        settings = row.settings if row else self.defaults
        if not settings["mails_notices"] or not conf.sends_mail():
            return
        administrators = list(people_who_administer(tenant_id))
        mails: dict[str, Message] = {}
        for one in about:
            for key, (address, zone) in _readers(one.client, administrators).items():
                mails.setdefault(key, Message(address, [], zone)).about.append(one)
        yield from mails.values()

    def send(self, delivery: Delivery, row: NoticeChannel | None, *, now: datetime) -> str:
        """Sent again, a message has the same Message-ID."""
        zone = ZoneInfo(delivery.zone) if delivery.zone else conf.installation_zone()
        with timezone.override(zone):
            template = "alert" if delivery.alerts or delivery.more else "notice"
            compose = alert_mail.composed if template == "alert" else _composed
            subject, context = compose(delivery, now=now)
            smtp.send(delivery.recipient, subject, template, context, message_id=str(delivery.pk))
        return ""


def _composed(delivery: Delivery, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return subject and context of a mail about secrets, or of a test."""
    secrets = secrets_in(delivery)
    for secret in secrets:
        secret["expires_at"] = datetime.fromisoformat(secret["expires_at"])
        secret["is_over"] = secret["expires_at"] <= now
    unreplaced = [secret for secret in secrets if not secret.get("replaced_by")]
    context = {
        "tenant": delivery.tenant.name,
        "is_test": delivery.is_test,
        "expired": [secret for secret in unreplaced if secret["is_over"]],
        "expiring": [secret for secret in unreplaced if not secret["is_over"]],
        "replaced": [secret for secret in secrets if secret.get("replaced_by")],
    }
    subject = _subject(delivery, unreplaced, now) if unreplaced else _quiet_subject(delivery)
    return subject, context


def _readers(client: Client, administrators: Iterable[Person]) -> dict[str, tuple[str, str]]:
    """Return address and zone of those notified about a client; a person's zone has priority."""
    owners = [person for person in client.owners.all() if person.is_active]
    people = [(person.email, person.time_zone) for person in (*administrators, *owners)]
    readers = [*people, (_contact_address(client.contact), "")]
    return {key_of(address): (address, zone) for address, zone in reversed(readers) if address}


def _contact_address(text: str) -> str:
    """Return the contact of a client if it is an email address and nothing else, or ""."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _quiet_subject(delivery: Delivery) -> str:
    """Return the subject of a mail that asks for nothing new."""
    values = {"tenant": delivery.tenant.name, "number": len(delivery.secrets)}
    if delivery.is_test:
        return gettext("[%(tenant)s] This is a test") % values
    text = ngettext(
        "[%(tenant)s] %(number)s replaced client secret ends",
        "[%(tenant)s] %(number)s replaced client secrets end",
        len(delivery.secrets),
    )
    return text % values


def _subject(delivery: Delivery, secrets: list[dict[str, Any]], now: datetime) -> str:
    ends = [secret["expires_at"] for secret in secrets]
    days = round((min(ends) - now) / timedelta(days=1))
    when = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    text = ngettext(
        "[%(tenant)s] %(number)s client secret expires %(when)s",
        "[%(tenant)s] %(number)s client secrets expire soon, the first %(when)s",
        len(ends),
    )
    return text % {
        "tenant": delivery.tenant.name,
        "number": len(ends),
        "when": when if days > 0 else gettext("today"),
    }
