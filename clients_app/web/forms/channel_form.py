"""A notice channel on the Notices screen."""

from typing import Any

from clients_app.errors import RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.models import NoticeChannel
from clients_app.services.notices.channel import Channel, Settings
from clients_app.services.notices.table import CHANNELS


def channel_context(
    channel: Channel,
    row: NoticeChannel | None,
    email: str,
    *,
    typed: Settings | None = None,
    wrong: RuleBroken | None = None,
    signing_secret: str = "",
) -> dict[str, Any]:
    """Return the context of the template; ``email`` is the address of the signed-in person."""
    values = typed or (row.settings if row else channel.defaults or {})
    message = sentence_of(wrong) if wrong else ""
    wrong_field = wrong.field if wrong else None
    return {
        "channel": channel,
        "row": row,
        "stamp": row.set_at.isoformat() if row else "",
        "fields": [
            (field, values.get(field.name, ""), message if field.name == wrong_field else "")
            for field in channel.fields
        ],
        "wrong": "" if wrong_field else message,
        "can_test": bool(channel.test_recipient(row, email=email)),
        "signing_secret": signing_secret,
    }


def icon_of(name: str) -> str:
    """Return the icon of a channel, also of one that no longer exists."""
    return CHANNELS[name].icon if name in CHANNELS else "mail"
