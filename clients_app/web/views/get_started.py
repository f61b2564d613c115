"""Get started: a guide for each Client Type, with the addresses of this installation."""

from shlex import quote
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from clients_app import conf
from clients_app.identity.actor import actor_of
from clients_app.permissions import Action, allows
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES, ClientType
from clients_app.rules.federation.presets import PRESETS
from clients_app.selectors.apis.apis import tenant_apis
from clients_app.web.access import screen
from clients_app.web.addresses import at
from clients_app.web.connecting import connection, connection_by_way, sign_in_context
from clients_app.web.example_applications import example_for
from clients_app.web.first_credential import DEFAULT as SECRET
from clients_app.web.first_credential import IDENTITY, KEY
from clients_app.web.htmx import show
from clients_app.web.views.client_add import addresses_of, known_type
from clients_app.web.views.help_files import EXAMPLE, GUIDE


@at("help/get-started")
@at("help/get-started/<slug:client_type>", "get-started-type")
@screen()
def get_started(request: HttpRequest, client_type: str = CLIENT_CREDENTIALS.id) -> HttpResponse:
    """Guide from Add Client to the first verified token and the first rotation."""
    named, actor = known_type(client_type), actor_of(request)
    values = addresses_of_apis(str(actor.tenant_id))
    apis = tenant_apis(actor.tenant_id)
    api = next((one for one in apis if str(one.pk) == request.GET.get("api", "")), apis[0])
    values["audience"] = api.identifier
    way = _way(request, named)
    context = {
        "way": way,
        "way_kind": way if way in (SECRET, KEY) else IDENTITY,
        "ways": _ways(named),
        "platforms": PRESETS.values(),
        "connection": _connection(named, way, resource=api.custom_identifier),
        "client_type": named,
        "types": CLIENT_TYPES.values(),
        "chapters": _chapters(named, way),
        "may_add": allows(actor, Action.ADD_CLIENT),
        "add_client": addresses_of(named)["first"],
        "apis": apis,
        "api": api,
        "resource": api.custom_identifier,
        "sign_in_addresses": _sign_in_addresses(),
        **(_example(named) if named.signs_people_in else {}),
        **values,
        **_commands(values, way),
    }
    title = gettext("Get started")
    return show(request, "help/get_started", context, title=title, fragments=("guide",))


def _way(request: HttpRequest, client_type: ClientType) -> str:
    """Return how the client is to prove itself: SECRET, KEY, or the key of a platform."""
    way = request.GET.get("way", SECRET)
    is_known = client_type.has_secrets and (way == KEY or way in PRESETS)
    return way if is_known else SECRET


def _ways(client_type: ClientType) -> list[tuple[str, str, str]]:
    """Return value, kind and label of each way; the value of identities is a usual platform."""
    platform = "kubernetes" if client_type.signs_people_in else next(iter(PRESETS))
    return [
        (SECRET, SECRET, gettext("Client Secret")),
        (KEY, KEY, gettext("Public Key")),
        (platform, IDENTITY, gettext("Federated Identity")),
    ]


def _connection(client_type: ClientType, way: str, *, resource: str) -> dict[str, Any]:
    """Return the programs for a client that does not exist yet."""
    client_id = "YOUR_CLIENT_ID"
    if way == SECRET:
        plain = "YOUR_CLIENT_SECRET" if client_type.has_secrets else ""
        found = connection(client_type, client_id, plain=plain)
    else:
        found = connection_by_way(client_type, client_id, way)
    if client_type.signs_people_in:
        return found | sign_in_context("YOUR_REDIRECT_URL", scope=conf.api_scopes()[0])
    return found | {"resource": resource}


def _chapters(client_type: ClientType, way: str) -> list[str]:
    """Return the templates of the guide, in order."""
    signs_in = client_type.signs_people_in
    chapters = {
        "clients_app/help/_guide_add.html": True,
        "clients_app/help/_guide_keep.html": True,
        "clients_app/help/_guide_sign_in.html": signs_in,
        "clients_app/help/_guide_try.html": signs_in and way == SECRET,  # which its server has
        "clients_app/help/_guide_token.html": not signs_in,
        "clients_app/help/_guide_call.html": not signs_in,
        "clients_app/help/_guide_introspect.html": signs_in and client_type.may_introspect,
        "clients_app/help/_guide_verify.html": True,
        "clients_app/help/_guide_rotate.html": client_type.has_secrets and way not in PRESETS,
    }
    return [template for template, is_shown in chapters.items() if is_shown]


def _sign_in_addresses() -> list[tuple[str, str]]:
    """Return the addresses for libraries that do not read the metadata."""
    connect = f"{conf.issuer()}/connect"
    return [
        (gettext("Metadata"), f"{conf.issuer()}/.well-known/openid-configuration"),
        (gettext("Authorization address"), f"{connect}/authorize"),
        (gettext("Token address"), f"{connect}/token"),
        (gettext("User info address"), f"{connect}/userinfo"),
        (gettext("Sign-out address"), f"{connect}/endsession"),
    ]


def _example(client_type: ClientType) -> dict[str, Any]:
    """Return the application to try, the URLs that its client needs, and its commands."""
    example = example_for(client_type)
    commands = example.commands()
    return {
        "example": example,
        "example_urls": example.urls(client_type),
        "download": commands["download"],
        "try_it": commands["try"],
    }


def addresses_of_apis(tenant_id: str) -> dict[str, str]:
    """Return what programs and APIs of a tenant need to know of this installation."""
    issuer = conf.issuer()
    return {
        "issuer": issuer,
        "audience": conf.token_audience(),
        "tenant_id": tenant_id,
        "token_address": f"{issuer}/connect/token",
        "introspection_address": f"{issuer}/connect/introspect",
        "keys_address": f"{issuer}/.well-known/openid-configuration/jwks",
        "example_address": conf.public_url() + reverse("help-file", args=[EXAMPLE]),
        "verify_guide": reverse("help-file", args=[GUIDE]),
    }


def _commands(values: dict[str, str], way: str) -> dict[str, str]:
    """Return commands to paste into a shell; the reader replaces what is in capitals."""
    api = f"{quote(values['issuer'])} {values['tenant_id']}"
    if values["audience"] != conf.public_url():
        api += f" --audience {quote(values['audience'])}"
    proof = (
        "  -u YOUR_CLIENT_ID:YOUR_CLIENT_SECRET"
        if way == SECRET
        else "  -d client_id=YOUR_CLIENT_ID \\\n"
        "  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \\\n"
        "  -d client_assertion=YOUR_JWT"
    )
    return {
        "fetch": f"curl -O {quote(values['example_address'])}\n"
        "python3 -m venv .venv\n"
        ".venv/bin/pip install 'PyJWT[crypto]'",
        "start": f".venv/bin/python api.py \\\n  {api}",
        "call": "TOKEN=YOUR_ACCESS_TOKEN\n"
        'curl -H "Authorization: Bearer $TOKEN" http://localhost:9000',
        "introspect": f"curl {quote(values['introspection_address'])} \\\n"
        f"{proof} \\\n"
        "  -d token=THE_TOKEN",
    }
