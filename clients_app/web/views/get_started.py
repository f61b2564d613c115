"""Get started: a guide for each Client Type, with this installation's own addresses filled in."""

from shlex import quote
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clients_app import conf
from clients_app.identity.actor import actor_of
from clients_app.models import ClientType
from clients_app.permissions import Action, allows
from clients_app.web.access import signed_in
from clients_app.web.htmx import show
from clients_app.web.views.client_add import addresses_of, known_type

LEDES: Final = {
    ClientType.CLIENT_CREDENTIALS: _(
        "Connect a machine to your APIs with a client-credentials client. About five minutes."
    ),
    ClientType.AUTHORIZATION_CODE: _(
        "For browser and mobile applications where a person signs in. No secret is issued."
    ),
    ClientType.HYBRID: _(
        "For applications with a server, where a person signs in and the server keeps a secret."
    ),
}


@require_safe
@signed_in
def get_started(
    request: HttpRequest, client_type: str = ClientType.CLIENT_CREDENTIALS
) -> HttpResponse:
    """Lead from Add Client to the first verified token and the first rotation."""
    client_type = known_type(client_type)
    actor = actor_of(request)
    values = _addresses(str(actor.tenant_id))
    context = {
        "client_type": client_type,
        "types": ClientType,
        "lede": LEDES[client_type],
        "may_add": allows(actor, Action.ADD_CLIENT),
        "add_client": addresses_of(client_type)["first"],
        **values,
        **_commands(values),
    }
    title = gettext("Get started")
    return show(request, "help/get_started", context, title=title, fragments=("guide",))


def _addresses(tenant_id: str) -> dict[str, str]:
    issuer = conf.issuer()
    return {
        "issuer": issuer,
        "audience": conf.token_audience(),
        "tenant_id": tenant_id,
        "token_address": f"{issuer}/connect/token",
        "introspection_address": f"{issuer}/connect/introspect",
        "keys_address": f"{issuer}/.well-known/openid-configuration/jwks",
    }


def _commands(values: dict[str, str]) -> dict[str, str]:
    """Return what is to be pasted into a shell; what is in capitals is the reader's to fill in."""
    api = f"{quote(values['issuer'])} {values['tenant_id']}"
    if values["audience"] != conf.public_url():
        api += f" --audience {quote(values['audience'])}"
    return {
        "ask": f"curl {quote(values['token_address'])} \\\n"
        "  -d grant_type=client_credentials \\\n"
        "  -d client_id=YOUR_CLIENT_ID \\\n"
        "  -d client_secret=YOUR_CLIENT_SECRET",
        "start": f".venv/bin/python docs/examples/api.py \\\n  {api}",
        "call": "TOKEN=YOUR_ACCESS_TOKEN\n"
        'curl -H "Authorization: Bearer $TOKEN" http://localhost:9000',
        "introspect": f"curl {quote(values['introspection_address'])} \\\n"
        "  -u YOUR_CLIENT_ID:YOUR_CLIENT_SECRET \\\n"
        "  -d token=THE_TOKEN",
    }
