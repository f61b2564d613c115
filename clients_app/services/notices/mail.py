"""Notices as mail: one message a person, plain text with the same as HTML beside it."""

from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from clients_app import conf
from clients_app.models import Delivery
from clients_app.services.notices import items
from clients_app.services.notices.failures import NotSent


class NotMailed(NotSent):
    """The mail server did not take the message."""


def send_notice(delivery: Delivery, *, now: datetime) -> None:
    """Mail what ``delivery`` says to its recipient, in the zone of the reader.

    Errors: NotMailed.
    """
    told = items.read(delivery.secrets)
    context = {
        "tenant": delivery.tenant.name,
        "ended": [item for item in told if item.expires_at <= now],
        "ending": [item for item in told if item.expires_at > now],
        "now": now,
    }
    with timezone.override(ZoneInfo(delivery.zone) if delivery.zone else conf.installation_zone()):
        send(
            delivery.recipient,
            _subject(delivery, [item.expires_at for item in told], now),
            "notice",
            context,
            message_id=str(delivery.pk),
        )


def send(
    recipient: str, subject: str, template: str, context: dict[str, Any], *, message_id: str
) -> None:
    """Mail a template of ``email/`` to one address; sent again, it has the same Message-ID.

    Errors: NotMailed.
    """
    host = urlsplit(conf.public_url()).hostname
    message = EmailMultiAlternatives(
        " ".join(subject.split()),  # a name must not begin a header of its own
        render_to_string(f"clients_app/email/{template}.txt", context),
        to=[recipient],
        headers={"Message-ID": f"<{message_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    html = render_to_string(f"clients_app/email/{template}.html", context | {"subject": subject})
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        (code, text) = next(iter(error.recipients.values()))
        raise _refusal(code, text) from error
    except SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (SMTPException, OSError) as error:
        raise NotMailed(str(error) or type(error).__name__) from error
    except ValueError as error:  # an address that no header takes
        raise NotMailed(str(error), for_good=True) from error


def _refusal(code: int, text: bytes | str) -> NotMailed:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return NotMailed(f"{code} {said}", for_good=500 <= code < 600)


def _subject(delivery: Delivery, ends: list[datetime], now: datetime) -> str:
    if delivery.is_test:
        return gettext("[%(tenant)s] This is a test") % {"tenant": delivery.tenant.name}
    days = round((min(ends, default=now) - now) / timedelta(days=1))
    when = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    text = ngettext(
        "[%(tenant)s] %(number)s client secret expires %(when)s",
        "[%(tenant)s] %(number)s client secrets expire soon, the first %(when)s",
        len(ends),
    )
    return text % {
        "tenant": delivery.tenant.name,
        "number": len(ends),
        "when": when if days > 0 else gettext("today"),
    }
