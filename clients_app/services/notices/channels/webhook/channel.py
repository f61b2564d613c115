"""Notices as a signed post to a URL of the tenant."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients_app.actions import Action
from clients_app.models import Delivery, NoticeChannel
from clients_app.rules.webhook_urls import shown_url
from clients_app.services.notices.channel import Channel, Field, NotSent, Settings
from clients_app.services.notices.channels.webhook import signed_post
from clients_app.services.notices.outgoing import check_url


class Webhook(Channel):
    name, label, noun, icon = "webhook", _("Webhook"), _("webhook"), "globe"
    about = _("The same notices as a JSON POST, signed with the Standard Webhooks scheme.")
    fields = (
        Field(
            "url",
            _("URL"),
            _(
                "Such as https://hooks.example.com/portal. Redirects are not followed; addresses "
                "inside a private network are refused."
            ),
        ),
    )
    action = Action.SET_CHANNEL
    signs = True

    def check(self, settings: Settings) -> Settings:
        return {"url": check_url(settings["url"])}

    def shown(self, settings: Settings) -> str:
        return shown_url(settings["url"])

    def audited(self, settings: Settings) -> dict[str, Any]:
        return {"url": shown_url(settings["url"])}

    def send(self, delivery: Delivery, row: NoticeChannel | None, *, now: datetime) -> str:
        if row is None:
            raise NotSent("The webhook was removed.", for_good=True)
        delivery.recipient = row.shown
        answer = signed_post.post_notice(row, delivery, now=now)
        return f"HTTP {answer.status}"

    def signing_secret(self, row: NoticeChannel) -> str:
        return signed_post.secret_of(row)
