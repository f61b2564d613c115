"""The notice channels, in the order of the screen."""

from typing import Final

from clients_app.services.notices.channel import Channel
from clients_app.services.notices.channels.mail.channel import Mail
from clients_app.services.notices.channels.webhook.channel import Webhook

CHANNELS: Final[dict[str, Channel]] = {
    channel.name: channel
    for channel in (
        Mail(),
        Webhook(),
    )
}
