"""Other servers: the cache, mail, and the receivers of webhooks. Nothing is sent."""

from collections.abc import Iterator
from smtplib import SMTPException
from typing import Any, Final

from django.conf import settings
from django.core.mail import get_connection

from clients_app.models import NoticeChannel
from clients_app.services.outgoing import NotReached, check_reachable
from portal.server.checkup.findings import Finding, error, ok, warning

_WAIT_S: Final = 3


def check_cache() -> Iterator[Finding]:
    """Whether the server of CACHE_URL answers."""
    location = settings.CACHES["default"].get("LOCATION")
    if not location:
        yield ok("cache", "the database")
        return
    from redis import Redis, RedisError  # takes long to import

    try:
        Redis.from_url(location, socket_timeout=_WAIT_S, socket_connect_timeout=_WAIT_S).ping()
    except (RedisError, OSError) as failed:
        mend = "Start the server of CACHE_URL. Meanwhile, the database counts."
        yield warning("cache", f"CACHE_URL does not answer: {failed}", mend)
    else:
        yield ok("cache", "the server of CACHE_URL answers")


def check_mail() -> Iterator[Finding]:
    """Whether the mail server answers and takes the password."""
    if not settings.MAIL:
        yield ok("mail", "MAIL_URL is not set: no mail is sent")
        return
    server: Any = get_connection(timeout=_WAIT_S)
    try:
        server.open()
    except (SMTPException, OSError) as failed:
        text = f"{settings.EMAIL_HOST} cannot be used: {failed}"
        yield error("mail", text, "Check MAIL_URL, its password, and the network.")
    else:
        yield ok("mail", f"{settings.EMAIL_HOST} answers")
    finally:
        server.close()


def check_webhooks() -> Iterator[Finding]:
    """Whether the rules for outgoing requests let webhooks reach their receivers."""
    channels = NoticeChannel.objects.filter(channel="webhook").order_by("pk")
    for channel in channels.select_related("tenant"):
        about = f"webhook of {channel.tenant.name}"
        try:
            check_reachable(channel.settings.get("url", ""))
        except NotReached as failed:
            yield error(about, str(failed), "Mend the name, or OUTGOING_ALLOWED_HOSTS.")
        else:
            yield ok(about, f"{channel.shown} may be reached")
