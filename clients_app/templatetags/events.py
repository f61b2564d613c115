"""Template tags and filters that show audit events."""

from datetime import datetime
from typing import Any, Final

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clients_app.actors import ActorKind
from clients_app.audit import Change, Kind, Seconds, kind_of, phrase, sentence
from clients_app.templatetags import moments
from clients_app.templatetags.portal import icon

register = template.Library()

_VALUE_MAX: Final = 60  # characters of a value in a sentence; the lines below have all of it


#: By the action, its last words or its kind
EVENT_ICONS: Final = {
    "added": "plus",
    "edited": "pencil",
    "removed": "trash",
    "restored": "rotate",
    "rotated": "rotate",
    "disabled": "power",
    "enabled": "power",
    "exported": "download",
    Kind.CLIENTS: "activity",
    Kind.SECRETS: "key",
    Kind.ROLES: "shield",
    Kind.APIS: "layers",
    Kind.USERS: "user",
    Kind.SIGN_INS: "sign-in",
    Kind.NOTICES: "mail",
    "roles.changed": "shield",
    "owners.changed": "users",
    "client.secret.added": "key",
}


@register.simple_tag
def event_icon(event: Any) -> SafeString:
    """Return the icon of an audit event, or of a warning if it was refused."""
    if event.outcome == event.REFUSED:
        return icon("alert")
    last = event.action.rpartition(".")[2]
    beginnings = (event.action, event.action.partition(".")[2], last, kind_of(event.action))
    return icon(next((EVENT_ICONS[one] for one in beginnings if one in EVENT_ICONS), "activity"))


@register.simple_tag
def event_phrase(event: Any, changes: list[Change]) -> SafeString:
    """Return what happened, with the name of its object in bold, and the changes in words."""
    template, name = phrase(event)
    if "%(changes)s" in template and not changes:
        return conditional_escape(sentence(event))
    named = {gettext("Roles"), gettext("Owners")} if event.action.endswith("s.changed") else set()
    template = template.replace("%(object)s", "{object}").replace("%(changes)s", "{changes}")
    words = "; ".join(_in_words(one, named, is_alone=len(changes) == 1) for one in changes)
    return format_html(template, object=format_html("<b>{}</b>", name), changes=words)


def _in_words(change: Change, named: set[str], *, is_alone: bool) -> str:
    """Return the field, with what a list gained and lost, or with a short value that is alone."""
    if isinstance(change.before or change.after, list):
        before, after = change.before or [], change.after or []
        gained = ", ".join(str(one) for one in after if one not in before)
        lost = ", ".join(str(one) for one in before if one not in after)
        both = [gettext("added %(names)s") % {"names": gained}] if gained else []
        both += [gettext("removed %(names)s") % {"names": lost}] if lost else []
        words = ", ".join(both)
        return words if change.label in named else f"{change.label} ({words})"
    value = recorded(change.after)
    if not is_alone or change.after in (None, "") or len(value) > _VALUE_MAX:
        return change.label
    return gettext("%(field)s to %(value)s") % {"field": change.label, "value": value}


@register.simple_tag
def actor_of_event(event: Any) -> SafeString | str:
    """Return who acted, with a link to the activity of a person."""
    if event.actor_kind == ActorKind.PERSON and event.actor_id:
        address = f"{reverse('activity')}?person={event.actor_id}"
        return format_html('<a class="link" href="{}">{}</a>', address, event.actor_name)
    texts = {
        ActorKind.CLIENT: gettext("API: %(client)s") % {"client": event.actor_name},
        ActorKind.SYSTEM: gettext("the portal"),
        ActorKind.COMMAND_LINE: gettext("command line"),
    }
    return texts.get(event.actor_kind, event.actor_name)


@register.inclusion_tag("clients_app/components/refused_group.html", takes_context=True)
def refused_group(context: Any, group: Any) -> dict[str, Any]:
    """Show how many token requests were refused, why, and with which credential."""
    secret, why = group.secret, group.get_cause_display()
    if group.cause == group.Cause.SECRET_EXPIRED and secret and secret.expires_at:
        ago = moments.ago(secret.expires_at, context["now"])
        why = gettext("secret expired %(when)s") % {"when": ago}
    ends_in = secret.last_four if secret else ""
    return {"group": group, "why": why, "ends_in": ends_in, "proof": group.proof}


@register.filter
def had_values(changes: Any) -> bool:
    """Return whether any of the changed fields had a value before."""
    return any(change.before not in (None, "", []) for change in changes)


@register.filter
def recorded(value: Any) -> str:
    """Return a value of an audit event as the screen shows it."""
    if value in (None, "", []):
        return "\N{EN DASH}"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, datetime):
        return moments.day_time(value)
    if isinstance(value, Seconds):
        words = moments.seconds_in_words(value)
        return gettext("%(n)s seconds, %(words)s") % {"n": int(value), "words": words}
    return str(value)
