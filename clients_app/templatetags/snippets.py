"""The parts of programs that name an API, a client and where it sends people."""

from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clients_app import conf
from clients_app.models import Client
from clients_app.rules.client_types import LOGOUT_REDIRECT, REDIRECT, ClientType
from clients_app.selectors.apis.may_call import reach_of

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


@register.simple_tag(takes_context=True)
def token_request(context: Any, indent: int) -> SafeString:
    """Return the request of a platform's job, with ``indent`` spaces before each further line."""
    html = render_to_string("clients_app/snippets/_token_request.html", context.flatten())
    return SafeString(html.strip().replace("\n", "\n" + " " * indent))


@register.inclusion_tag("clients_app/components/sign_in_settings.html")
def client_settings(client: Client, plain: str = "CLIENT_SECRET") -> dict[str, Any]:
    """Return the settings of a client that people sign in to; ``plain`` is its secret."""
    urls = list(client.urls.values_list("kind", "url"))
    redirect_uri = next((url for kind, url in urls if kind == REDIRECT.id), "")
    logout_uri = next((url for kind, url in urls if kind == LOGOUT_REDIRECT.id), "")
    default = reach_of(client).default
    scope = default.default_scope if default else ""
    return application_settings(
        client.type, str(client.pk), redirect_uri, plain=plain, logout_uri=logout_uri, scope=scope
    )


@register.inclusion_tag("clients_app/components/sign_in_settings.html")
def application_settings(
    client_type: ClientType,
    client_id: str,
    redirect_uri: str,
    *,
    plain: str,
    logout_uri: str = "",
    scope: str | None = None,
) -> dict[str, Any]:
    """Return the settings of an application, for a client or with placeholders.

    ``scope`` is that of the API; by default the first one of the built-in API.
    """
    of_api = conf.api_scopes()[0] if scope is None else scope
    return {
        "issuer": conf.issuer(),
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "redirect_path": urlsplit(redirect_uri).path if "/" in redirect_uri else "/callback",
        "logout_uri": logout_uri,
        "scope": f"openid profile {of_api}".strip(),
        "has_secret": client_type.has_secrets,
        "plain": plain,
    }
