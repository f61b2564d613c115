"""Hands one mail to the mail server: plain text with the same as HTML beside it."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from clients_app import conf
from clients_app.services.notices.channel import NotSent


def send(
    recipient: str, subject: str, template: str, context: dict[str, Any], *, message_id: str
) -> None:
    """Mail a template of ``email/`` to one address; sent again, it has the same Message-ID.

    Errors: NotSent.
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
        raise NotSent(str(error) or type(error).__name__) from error
    except ValueError as error:  # an address that no header takes
        raise NotSent(str(error), for_good=True) from error


def _refusal(code: int, text: bytes | str) -> NotSent:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return NotSent(f"{code} {said}", for_good=500 <= code < 600)
