"""Notices as mail: one message for each reader, with all secrets that concern them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.models import ClientSecret, Delivery, NoticeChannel, Person
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.notices import items
from clients_app.services.notices.channel import Channel, Expiring, Field, Message, Text
from clients_app.services.notices.channels.mail import smtp


class _Reader(NamedTuple):
    address: str
    zone: str


class Mail(Channel):
    name, label, noun, icon = "mail", _("Mail"), _("mail"), "mail"
    about = _("One email a day per recipient, listing all secrets that concern them.")
    fields = (
        Field(
            "mails_notices",
            _("Mail notices"),
            _(
                "To the owners of a client, its Contact if it is an email address, and all Tenant "
                "Administrators."
            ),
            is_checkbox=True,
        ),
    )
    defaults = {"mails_notices": True}

    def obstacle(self) -> Text:
        if conf.sends_mail():
            return ""
        return _("No mail is sent: MAIL_URL is not set on this server.")

    def test_recipient(self, row: NoticeChannel | None, *, email: str) -> str:
        return email if conf.sends_mail() else ""

    def messages(
        self, tenant_id: UUID, row: NoticeChannel | None, expiring: Iterable[Expiring]
    ) -> Iterator[Message]:
        settings = row.settings if row else self.defaults
        if not settings["mails_notices"] or not conf.sends_mail():
            return
        administrators = list(map(_reader, people_who_administer(tenant_id)))
        mails: dict[str, Message] = {}
        for one in expiring:
            for reader in _readers(one.secret, administrators):
                mail = Message(reader.address, [], reader.zone)
                mails.setdefault(key_of(reader.address), mail).expiring.append(one)
        yield from mails.values()

    def send(self, delivery: Delivery, row: NoticeChannel | None, *, now: datetime) -> str:
        told = items.read(delivery.secrets)
        context = {
            "tenant": delivery.tenant.name,
            "ended": [item for item in told if item.expires_at <= now],
            "ending": [item for item in told if item.expires_at > now],
            "now": now,
        }
        zone = ZoneInfo(delivery.zone) if delivery.zone else conf.installation_zone()
        with timezone.override(zone):
            smtp.send(
                delivery.recipient,
                _subject(delivery, [item.expires_at for item in told], now),
                "notice",
                context,
                message_id=str(delivery.pk),
            )
        return ""


def _readers(secret: ClientSecret, administrators: list[_Reader]) -> list[_Reader]:
    """Return who gets a notice of a secret, each address once: people before a contact."""
    owners = [_reader(person) for person in secret.client.owners.all() if person.is_active]
    readers = [*administrators, *owners, *_contact(secret.client.contact)]
    by_address = {key_of(reader.address): reader for reader in reversed(readers) if reader.address}
    return list(by_address.values())


def _reader(person: Person) -> _Reader:
    return _Reader(person.email, person.time_zone)


def _contact(text: str) -> list[_Reader]:
    """Return the contact of a client as a reader, where it is a mail address and nothing more."""
    try:
        validate_email(text)
    except ValidationError:
        return []
    return [_Reader(text, "")]


def _subject(delivery: Delivery, ends: list[datetime], now: datetime) -> str:
    if delivery.is_test:
        return gettext("[%(tenant)s] This is a test") % {"tenant": delivery.tenant.name}
    days = round((min(ends, default=now) - now) / timedelta(days=1))
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
