"""A notice channel as its part of the Notices screen shows it."""

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
    """Return what the template needs; ``email`` is the address of the person who looks."""
    values = typed or (row.settings if row else channel.defaults or {})
    said = sentence_of(wrong) if wrong else ""
    named = wrong.field if wrong else None
    return {
        "channel": channel,
        "row": row,
        "stamp": row.set_at.isoformat() if row else "",
        "fields": [
            (field, values.get(field.name, ""), said if field.name == named else "")
            for field in channel.fields
        ],
        "wrong": said if not named else "",
        "can_test": bool(channel.test_recipient(row, email=email)),
        "signing_secret": signing_secret,
    }


def icon_of(name: str) -> str:
    """Return the icon of a channel, also of one that no longer exists."""
    return CHANNELS[name].icon if name in CHANNELS else "mail"
