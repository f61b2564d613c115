"""Hands one mail to the mail server, as plain text with an HTML alternative."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from clients_app import conf
from clients_app.services.notices.messages import NotSent


def send(
    recipient: str, subject: str, template: str, context: dict[str, Any], *, message_id: str
) -> None:
    """Mail a template of ``email/`` to one address; sent again, it has the same Message-ID.

    Errors: NotSent.
    """
    host = urlsplit(conf.public_url()).hostname
    message = EmailMultiAlternatives(
        " ".join(subject.split()),  # a line break in a name must not start another header
        render_to_string(f"clients_app/email/{template}.txt", context),
        to=[recipient],
        headers={"Message-ID": f"<{message_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    html = render_to_string(f"clients_app/email/{template}.html", context | {"subject": subject})
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        raise _refusal(*next(iter(error.recipients.values()))) from error
    except SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (SMTPException, OSError) as error:
        raise NotSent(str(error) or type(error).__name__) from error
    except ValueError as error:  # an address that no header takes
        raise NotSent(str(error), is_final=True) from error


def _refusal(code: int, text: bytes | str) -> NotSent:
    reply = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return NotSent(f"{code} {reply}", is_final=500 <= code < 600)
