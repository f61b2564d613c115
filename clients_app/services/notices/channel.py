"""What a notice channel is. A new one is a folder in ``channels/`` and two lines in ``table``."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.utils.functional import Promise

from clients_app.actions import Action
from clients_app.models import Delivery, NoticeChannel
from clients_app.rules.webhook_urls import shown_url
from clients_app.services.notices.messages import AboutClient, Message
from clients_app.services.outgoing import check_url

Settings = dict[str, Any]  # field name -> URL, or whether the box is checked
Text = str | Promise


class Field(NamedTuple):
    """One input of the form that sets a channel: the URL of a receiver, or a checkbox."""

    name: str
    label: Text
    help: Text
    is_checkbox: bool = False


class Channel:
    """A way to notify people or machines of secrets that expire, and of alerts.

    It keeps no state.
    """

    # In addresses and rows: at most limits.CHANNEL_MAX lowercase letters; the page itself uses
    # "alerts", "calendar" and "messages"
    name: ClassVar[str]
    label: ClassVar[Text]  # the heading of its part of the screen
    noun: ClassVar[Text]  # what the buttons add and remove
    about: ClassVar[Text]
    icon: ClassVar[str]  # an id in static/clients_app/icons.svg
    fields: ClassVar[tuple[Field, ...]]
    defaults: ClassVar[Settings | None] = None  # where nothing is set; None: the channel is off
    action: ClassVar[Action] = Action.SET_CHANNEL  # what setting it requires
    signs: ClassVar[bool] = False  # with ``signing.secret_of(row)``, which is shown once

    def check(self, settings: Settings) -> Settings:
        """Return the settings as they are stored.

        Errors: RuleBroken with the field's name.
        """
        return {
            field.name: settings[field.name]
            if field.is_checkbox
            else check_url(settings[field.name], field=field.name)
            for field in self.fields
        }

    def public(self, settings: Settings) -> Settings:
        """Return the settings without any token of the receiver, for records and lists."""
        return {
            name: shown_url(value) if isinstance(value, str) else value
            for name, value in settings.items()
        }

    def obstacle(self) -> Text:
        """Return why this installation can send nothing; empty where it can."""
        return ""

    def test_recipient(self, row: NoticeChannel | None, *, email: str) -> str:
        """Return who gets the test of the person with this address; empty where nobody can."""
        return row.shown if row else ""

    def messages(
        self, tenant_id: UUID, row: NoticeChannel | None, about: Iterable[AboutClient]
    ) -> Iterator[Message]:
        """Yield the messages to the tenant's recipients; by default a single one."""
        if row is not None:
            yield Message(row.shown, list(about))

    def send(self, delivery: Delivery, row: NoticeChannel | None, *, now: datetime) -> str:
        """Send a message; return the answer worth keeping. Receivers must be able to recognize a
        message that is sent again.

        Errors: NotSent.
        """
        raise NotImplementedError("Every channel sends in its own way.")
