"""What a notice channel is. A new one is a folder in ``channels/`` and two lines in ``table``."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.utils.functional import Promise

from clients_app.actions import Action
from clients_app.limits import ANSWER_MAX
from clients_app.models import ClientSecret, Delivery, NoticeChannel

Settings = dict[str, Any]  # the value of each field, by its name: text, or whether it is checked
Text = str | Promise


class Field(NamedTuple):
    """One input of the form that sets a channel: a URL, or a checkbox."""

    name: str
    label: Text
    help: Text
    is_checkbox: bool = False


class Expiring(NamedTuple):
    """A secret that expires, and the stage of the notice: so many days before."""

    secret: ClientSecret
    ends_at: datetime
    days: int


class Message(NamedTuple):
    """One message to one recipient; ``zone`` is the reader's, empty for the installation's."""

    recipient: str
    expiring: list[Expiring]
    zone: str = ""


class NotSent(Exception):
    """The message was not taken; the text is what the other side, or the way there, said, cut to
    the characters and the length that the column takes."""

    def __init__(self, answer: str, *, for_good: bool = False) -> None:
        super().__init__(" ".join(answer.replace("\0", " ").split())[:ANSWER_MAX])
        self.for_good = for_good  # another try would change nothing


class Channel:
    """A way to tell people or machines which secrets expire. It keeps no state."""

    name: ClassVar[str]  # in addresses and rows: at most limits.CHANNEL_MAX small letters
    label: ClassVar[Text]  # the heading of its part of the screen
    noun: ClassVar[Text]  # what the buttons add and remove
    about: ClassVar[Text]
    icon: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    defaults: ClassVar[Settings | None] = None  # where nothing is set; None: then it is off
    action: ClassVar[Action] = Action.MANAGE_NOTICES  # what setting it requires
    signs: ClassVar[bool] = False  # receivers verify messages with a secret that is shown once

    def check(self, settings: Settings) -> Settings:
        """Return the settings as they are kept.

        Errors: RuleBroken with the field's name.
        """
        return settings

    def shown(self, settings: Settings) -> str:
        """Return how lists and records write the channel, without any token of the receiver."""
        return str(self.label)

    def audited(self, settings: Settings) -> dict[str, Any]:
        """Return what an audit event says of the settings, without any token of the receiver."""
        return settings

    def obstacle(self) -> Text:
        """Return why nothing can be sent on this installation; empty where it can."""
        return ""

    def test_recipient(self, row: NoticeChannel | None, *, email: str) -> str:
        """Return who gets a test that the person with this address sends; empty: nobody can."""
        return row.shown if row else ""

    def messages(
        self, tenant_id: UUID, row: NoticeChannel | None, expiring: Iterable[Expiring]
    ) -> Iterator[Message]:
        """Yield what the tenant's recipients are to be told; by default one message with all."""
        if row is not None:
            yield Message(row.shown, list(expiring))

    def send(self, delivery: Delivery, row: NoticeChannel | None, *, now: datetime) -> str:
        """Send a message; return the answer worth keeping. A message that is tried again must be
        recognisable as the same.

        Errors: NotSent.
        """
        raise NotImplementedError

    def signing_secret(self, row: NoticeChannel) -> str:
        """Return the secret that receivers verify with, of a channel that signs.

        Errors: NotSent where the key it was derived from is lost.
        """
        raise NotImplementedError
