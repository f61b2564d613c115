"""The part of a program that names the API that it wants a token for."""

from typing import Any, Final, NamedTuple

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


class Part(NamedTuple):
    """What names the API ``%n``, and how this language writes an apostrophe in it.

    Identifiers have neither quotes nor backslashes: see ``rules/identifiers``.
    """

    text: str
    apostrophe: str = "'"


_PARTS: Final = {
    "curl": Part(" \\\n  --data-urlencode resource='%n'", "'\\''"),
    "python": Part('\n        "resource": "%n",'),
    "csharp": Part('\n        ["resource"] = "%n",'),
    "powershell": Part("\n    resource      = '%n'", "''"),
    "node": Part('\n    resource: "%n",'),
    "java": Part(
        '\n            + "&resource="'
        '\n            + URLEncoder.encode("%n", StandardCharsets.UTF_8)'
    ),
    "java-imports": Part(
        "\nimport java.net.URLEncoder;\nimport java.nio.charset.StandardCharsets;"
    ),
    "go": Part('\n\n\t\tEndpointParams: url.Values{"resource": {"%n"}},'),
    "go-imports": Part('\n\t"net/url"'),
    "env": Part("\nTOKEN_RESOURCE='%n'", "'\\''"),
    "json": Part(',\n    "Resource": "%n"'),
}


@register.simple_tag(takes_context=True)
def names_api(context: Any, name: str) -> SafeString:
    """Return the part for a language; empty if the page has no ``resource``, for the default API.

    forms.js writes it again when another API is chosen.
    """
    part, resource = _PARTS[name], context.get("resource") or ""
    text = part.text.replace("%n", resource.replace("'", part.apostrophe)) if resource else ""
    html = '<span data-names-api="{}" data-apostrophe="{}">{}</span>'
    return format_html(html, part.text, part.apostrophe, text)
