"""The programs of "Connect your application", and the parts of them that name an API."""

from typing import Any, Final, NamedTuple

from django import template
from django.template.loader import render_to_string
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
    "powershell-assertion": Part("\n    resource              = '%n'", "''"),
    "node": Part('\n    resource: "%n",'),
    "java": Part(
        '\n            + "&resource="'
        '\n            + URLEncoder.encode("%n", StandardCharsets.UTF_8)'
    ),
    "java-imports": Part(
        "\nimport java.net.URLEncoder;\nimport java.nio.charset.StandardCharsets;"
    ),
    "go": Part('\n\n\t\tEndpointParams: url.Values{"resource": {"%n"}},'),
    "go-assertion": Part('\n\n\t\t\t"resource": {"%n"},'),
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


@register.simple_tag(takes_context=True)
def part(context: Any, name: str, indent: int) -> SafeString:
    """Return a part that several programs have, with ``indent`` spaces before each further line."""
    html = render_to_string(f"clients_app/snippets/_{name}.html", context.flatten())
    return SafeString(html.strip().replace("\n", "\n" + " " * indent))


@register.inclusion_tag("clients_app/components/snippets.html")
def connect(connection: dict[str, Any], tests: int = 0) -> dict[str, Any]:
    """Return the programs of a connection; ``tests`` is whether Test it is offered beside them."""
    return {**connection, "tests": tests}
