"""Template tags and filters of the screens."""

import json
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from clients_app import conf
from clients_app.rules.client_ids import digits_of
from clients_app.rules.expiry import is_expired
from clients_app.rules.names import key_of
from clients_app.templatetags import moments

register = template.Library()


@register.simple_block_tag
def capture(content: str) -> str:
    """Return the content of the block, to use it in more than one place."""
    return content


@register.simple_block_tag
def sect(content: str, id: str, heading: str, lede: str = "") -> SafeString:
    """Return a section of a page: its heading and what it is about beside the content."""
    about = format_html("<p>{}</p>", lede) if lede else ""
    return format_html(
        '<section class="sect" aria-labelledby="{}"><div class="sect-head"><h2 id="{}">{}</h2>{}'
        '</div><div class="sect-body">{}</div></section>',
        *(id, id, heading, about, content),
    )


@register.simple_tag
def one_time_key() -> SafeString:
    """Return the hidden field of a form that acts once."""
    html = '<input type="hidden" name="form_key" value="{}">'
    return format_html(html, secrets.token_urlsafe(18))


@register.filter
def grouped(number: int) -> str:
    """Return a number with its digits in groups, "1,204"."""
    return f"{number:,}"


@register.filter
def claim(value: object) -> str:
    """Return the value of a claim as people read it: a list in one line, other values as JSON."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return an icon of icons.svg."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("clients_app/icons.svg"),
        name,
    )


@register.simple_tag
def portal_name() -> str:
    """Return what this installation calls the product."""
    name: str = settings.PORTAL_NAME
    return name


@register.simple_tag
def portal_address() -> str:
    """Return the public address of the portal."""
    return conf.public_url()


@register.simple_tag
def mark() -> SafeString:
    """Return the logo of the product."""
    return format_html(
        '<span class="brand-mark"><svg aria-hidden="true"><use href="{}#mark"></use></svg></span>',
        static("clients_app/icons.svg"),
    )


@register.inclusion_tag("clients_app/components/health.html", takes_context=True)
def next_expiration(context: Any, client: Any) -> dict[str, Any]:
    """Show when the first live credential expires, if any does. ``client`` is annotated as in
    ``ClientPage``."""
    now = context["now"]
    if not client.has_live_credential:
        if client.last_expired is None:
            return {"icon_name": "ban", "words": gettext("No secrets")}
        words = gettext("Expired %(when)s") % {"when": moments.ago(client.last_expired, now)}
        return {"tone": "bad", "icon_name": "alert", "words": words, "at": client.last_expired}
    if client.first_expiry is None:
        return {"icon_name": "infinity", "words": gettext("Never Expires")}
    tone = "warn" if moments.is_soon(client.first_expiry, now) else ""
    words = moments.expires(client.first_expiry, now)
    return {"tone": tone, "icon_name": "clock", "words": words, "at": client.first_expiry}


@register.inclusion_tag("clients_app/components/health.html", takes_context=True)
def restorable_for(context: Any, removed_at: datetime, restorable: timedelta) -> dict[str, Any]:
    """Show how many days are left to restore a removed client."""
    ends = removed_at + restorable
    days = moments.days_left(ends, context["now"])
    words = gettext("Less than a day left")
    if days:
        words = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    return {"tone": "warn" if days <= 3 else "", "icon_name": "clock", "words": words, "at": ends}


@register.inclusion_tag("clients_app/clients/_time_left.html", takes_context=True)
def time_left(context: Any, secret: Any) -> dict[str, Any]:
    """Show how long a secret is still valid."""
    tone, words = secret_tone(context, secret), life_in_words(context, secret)
    icon_name = {"bad": "alert", "warn": "clock"}.get(tone, "") if secret.expires_at else "infinity"
    return {"tone": tone, "icon_name": icon_name, "words": words}


@register.simple_tag(takes_context=True)
def life_in_words(context: Any, secret: Any) -> str:
    """Return "9 days left", "Never Expires" or "Expired 2 days ago"."""
    now, ends = context["now"], secret.expires_at
    if ends is None:
        return gettext("Never Expires")
    if is_expired(ends, now):
        return gettext("Expired %(when)s") % {"when": moments.ago(ends, now)}
    return gettext("%(time)s left") % {"time": moments.time_until(ends, now)}


@register.simple_tag(takes_context=True)
def use_in_words(context: Any, secret: Any) -> str:
    """Return when a secret was last used: "last used 6 days ago", "never used"."""
    if secret.last_used_at is None:
        return gettext("never used")
    when = moments.ago(secret.last_used_at, context["now"])
    return gettext("last used %(when)s") % {"when": when}


@register.inclusion_tag("clients_app/clients/_life_meter.html", takes_context=True)
def life_meter(context: Any, secret: Any) -> dict[str, Any]:
    """Show how much of its life a secret has left, if it is live and expires."""
    now, ends = context["now"], secret.expires_at
    if ends is None or is_expired(ends, now):
        return {}
    percent = max(1, round(100 * (ends - now) / (ends - secret.created_at)))
    return {"secret": secret, "percent": percent, "tone": secret_tone(context, secret)}


@register.simple_tag(takes_context=True)
def secret_tone(context: Any, secret: Any) -> str:
    """Return "bad" for an expired secret, "warn" for one that expires within 30 days or never."""
    if is_expired(secret.expires_at, context["now"]):
        return "bad"
    never = secret.expires_at is None
    return "warn" if never or moments.is_soon(secret.expires_at, context["now"]) else ""


@register.filter
def has_expired(secret: Any, now: Any) -> bool:
    """Return whether a secret has expired."""
    return is_expired(secret.expires_at, now)


@register.filter
def initials(person: Any) -> str:
    """Return the first letters of a name: "MO" for Mara Okafor."""
    words = str(person).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def described(role: Any) -> str:
    """Return a role's description, translated if the role is built in."""
    return gettext(role.description) if role.is_built_in else role.description


@register.filter
def marked(text: Any, sought: str) -> str | SafeString:
    """Return ``text`` with the first match of ``sought`` marked, as a search finds it."""
    whole, words = str(text), key_of(sought)
    keys = [" " if one.isspace() else key_of(one) for one in whole]
    at = "".join(keys).find(words) if words else -1
    if at < 0:
        return whole
    #: which character of the text each character of its key comes from
    places = [place for place, key in enumerate(keys) for _ in key]
    starts, ends = places[at], places[at + len(words) - 1] + 1
    return format_html("{}<mark>{}</mark>{}", whole[:starts], whole[starts:ends], whole[ends:])


@register.filter
def begins_with(client_id: Any, sought: str) -> str | SafeString:
    """Return a Client Id with its first digits marked, if a search for ``sought`` finds them."""
    text, digits = str(client_id), digits_of(key_of(sought))
    if not digits or not text.replace("-", "").startswith(digits):
        return text
    ends = len(digits) + sum(len(digits) > hyphen for hyphen in (8, 12, 16, 20))
    return format_html("<mark>{}</mark>{}", text[:ends], text[ends:])
