"""Alerts as mail."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from clients_app import conf
from clients_app.models import Delivery, TokenRefusal
from clients_app.rules.alerts import AlertKind
from clients_app.selectors.clients.shows import Show
from clients_app.services.notices.messages import alerts_in, name_in_message


def composed(delivery: Delivery, *, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return subject and context of the mail."""
    groups: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("over", *(kind.name.lower() for kind in AlertKind))
    }
    for alert in alerts_in(delivery):
        alert["since"] = datetime.fromisoformat(alert["since"])
        used = alert["secret"] or alert.get("key")
        alert["used"] = name_in_message(used) if used else ""
        alert["cause"] = TokenRefusal.Cause(alert["cause"]).label if alert["cause"] else ""
        is_over = "ended" in alert
        groups["over" if is_over else AlertKind(alert["kind"]).name.lower()].append(alert)
    context = {
        "tenant": delivery.tenant.name,
        "more": delivery.more,
        "clients_url": f"{conf.public_url()}{reverse('client-list')}?show={Show.ALERTED}",
        "notices_url": conf.public_url() + reverse("notices"),
        **groups,
    }
    return _subject(delivery), context


def _subject(delivery: Delivery) -> str:
    number = len(delivery.alerts) + delivery.more
    if number == 1 and delivery.alerts:
        sentences = {
            AlertKind.REFUSED: gettext("[%(tenant)s] %(client)s is refused tokens"),
            AlertKind.SILENT: gettext("[%(tenant)s] %(client)s has stopped requesting tokens"),
            AlertKind.NEW_ADDRESS: gettext("[%(tenant)s] %(client)s is used from a new address"),
        }
        [alert] = delivery.alerts
        values = {"tenant": delivery.tenant.name, "client": alert["client"]}
        if "ended" in alert:
            return gettext("[%(tenant)s] %(client)s gets tokens again") % values
        return sentences[AlertKind(alert["kind"])] % values
    if delivery.alerts and "ended" in delivery.alerts[0]:
        text = gettext("[%(tenant)s] %(number)s clients get tokens again")
    else:
        text = ngettext(
            "[%(tenant)s] %(number)s client alert", "[%(tenant)s] %(number)s client alerts", number
        )
    return text % {"tenant": delivery.tenant.name, "number": number}
