"""A notice channel on the Notices screen."""

from typing import Any

from django.utils.translation import gettext

from clients_app.errors import ChangedMeanwhile, Refused
from clients_app.http.sentences import sentence_of
from clients_app.models import NoticeChannel
from clients_app.services.notices.channel import Channel, Settings
from clients_app.services.notices.channel_settings import stamp_of
from clients_app.services.notices.table import CHANNELS


def channel_context(
    channel: Channel,
    row: NoticeChannel | None,
    email: str,
    *,
    typed: Settings | None = None,
    wrong: Refused | None = None,
    signing_secret: str = "",
) -> dict[str, Any]:
    """Return the context of the template; ``email`` is the address of the signed-in person."""
    now: Settings = row.settings if row else channel.defaults or {}
    values = typed or now
    message = sentence_of(wrong) if wrong else ""
    wrong_field = wrong.field if wrong else None
    errors = {wrong_field: message}
    if isinstance(wrong, ChangedMeanwhile):
        differ = (one for one in channel.fields if values.get(one.name) != now.get(one.name))
        errors = {one.name: _as_it_is(now.get(one.name)) for one in differ}
    return {
        "channel": channel,
        "row": row,
        "stamp": stamp_of(row),
        "fields": [
            (field, values.get(field.name, ""), errors.get(field.name, ""))
            for field in channel.fields
        ],
        "wrong": "" if wrong_field else message,
        "can_test": bool(channel.test_recipient(row, email=email)),
        "signing_secret": signing_secret,
    }


def _as_it_is(value: str | bool | None) -> str:
    if isinstance(value, bool):
        value = gettext("Yes") if value else gettext("No")
    return gettext("Now: %(value)s") % {"value": value or "\N{EN DASH}"}


def icon_of(name: str) -> str:
    """Return the icon of a channel, also of one that no longer exists."""
    return CHANNELS[name].icon if name in CHANNELS else "mail"
