"""The notice channels, in the order of the screen."""

from typing import Final

from clients_app.services.notices.channel import Channel
from clients_app.services.notices.channels.mail.channel import Mail
from clients_app.services.notices.channels.webhook.channel import Webhook

_CHANNELS: Final[tuple[Channel, ...]] = (
    Mail(),
    Webhook(),
)
CHANNELS: Final = {channel.name: channel for channel in _CHANNELS}
