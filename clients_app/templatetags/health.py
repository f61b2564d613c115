"""How a client is doing, as a state beside its name and as an explanation in Details."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clients_app.rules.health import EXPLAINED, Health, explained

register = template.Library()


@register.simple_tag(takes_context=True)
def health(context: Any, client: Any) -> SafeString:
    """Return the state of a client; if all is well, as a dot whose word is for screen readers."""
    state = client.health(context["now"])
    shown = explained(state, may_call_nothing=client.may_call_nothing)
    css = f" status-{shown.tone}" if shown.tone else ""
    hidden = ' class="sr-only"' if state is Health.WORKING else ""
    return format_html(
        '<span class="status{}" title="{}"><span{}>{}</span></span>',
        css,
        gettext(shown.text),
        SafeString(hidden),
        gettext(shown.label),
    )


@register.simple_tag(takes_context=True)
def health_badge(context: Any, client: Any) -> SafeString:
    """Return the state of a client as a badge beside its name."""
    shown = EXPLAINED[client.health(context["now"])]
    tone = {"": " badge-ok", "off": ""}.get(shown.tone, f" badge-{shown.tone}")
    return format_html('<span class="badge{}">{}</span>', tone, gettext(shown.label))
