"""Notices as a POST to a URL of the tenant, signed as in Standard Webhooks, version 1."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook as Signer

from clients_app import conf
from clients_app.models import Delivery, NoticeChannel
from clients_app.services.notices import signing
from clients_app.services.notices.channel import Channel, Field
from clients_app.services.notices.messages import (
    NotSent,
    alerts_in,
    credentials_in,
    used_in_message,
)
from clients_app.services.notices.posts import post

#: the lists of a body, by the column of what they have
_LISTS: Final = {"secret_id": "secrets", "key_id": "keys", "identity_id": "identities"}


class Webhook(Channel):
    name, label, noun, icon = "webhook", _("Webhook"), _("webhook"), "globe"
    about = _(
        "The same notices and alerts as a JSON POST, signed with the Standard Webhooks scheme."
    )
    url_help = _(
        "For example https://hooks.example.com/portal. Redirects are not followed. Addresses "
        "inside a private network, and http, are refused unless the operator allows the host."
    )
    fields = (Field("url", _("URL"), url_help),)
    signs = True

    def send(self, delivery: Delivery, row: NoticeChannel | None, *, now: datetime) -> str:
        """Sent again, a message has the same ``webhook-id``.

        Source: Standard Webhooks, "Webhook headers" and "Payload structure".
        """
        if row is None:
            raise NotSent("The webhook was removed.", is_final=True)
        delivery.recipient = row.shown
        message_id, body = f"msg_{delivery.pk.hex}", _body(delivery, now)
        signature = Signer(signing.secret_of(row)).sign(message_id, now.astimezone(UTC), body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Security-Clients-Portal",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        return post(row.settings["url"], body.encode(), headers)


def _body(delivery: Delivery, now: datetime) -> str:
    data: dict[str, Any] = {
        "tenant_id": str(delivery.tenant_id),
        "tenant": delivery.tenant.name,
    }
    kind = "test" if delivery.is_test else "client.secret.expiring"
    if delivery.alerts or delivery.more:
        is_over = bool(delivery.alerts) and "ended" in delivery.alerts[0]
        kind = "client.alert.ended" if is_over else "client.alert"
        data |= {"alerts": alerts_in(delivery), "more": delivery.more}
    else:
        data |= {name: [] for name in _LISTS.values()}
        for one in credentials_in(delivery):
            of_kind = data[_LISTS[used_in_message(one).column]]
            of_kind.append({**one, "days": _days_left(one, now)})
    return json.dumps(
        {
            "type": kind,
            "timestamp": delivery.created_at.astimezone(UTC).isoformat(),
            "data": data,
        }
    )


def _days_left(credential: dict[str, Any], now: datetime) -> int:
    """Return the days until it ends, by the calendar of the installation, as its stages."""
    zone = conf.installation_zone()
    ends_at = datetime.fromisoformat(credential["expires_at"])
    return (ends_at.astimezone(zone).date() - now.astimezone(zone).date()).days
