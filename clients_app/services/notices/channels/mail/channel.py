"""Notices as mail: one message for each reader, with all secrets that concern them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.actions import Action
from clients_app.models import Client, Delivery, NoticeChannel, Person
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.notices.channel import Channel, Field, Text
from clients_app.services.notices.channels.mail import alert_mail, notice_mail, smtp
from clients_app.services.notices.messages import AboutClient, Message


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
            compose = alert_mail.composed if template == "alert" else notice_mail.composed
            subject, context = compose(delivery, now=now)
            smtp.send(delivery.recipient, subject, template, context, message_id=str(delivery.pk))
        return ""


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
