"""Clients: listing, reading, adding, editing and removing them."""

from dataclasses import replace
from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.api.etags import expected_version, shown
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.clients import MODELS, NEW_MODELS, PROPERTIES, draft_fields
from clients_app.api.serializers.fields import values_from
from clients_app.api.views.first_credentials import first_in, first_json, within
from clients_app.api.views.resource import Resource, caller, created
from clients_app.errors import NotFound, existing
from clients_app.errors import gettext_noop as _
from clients_app.http.json_models import client_json, moment
from clients_app.models import Client
from clients_app.permissions import Action, allows, require
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import key_of
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.clients.models import ClientModel, model_page, models_of
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.tenants.policies import only_client_of
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.services.clients.edits import edit_client
from clients_app.services.clients.registration import RegisteredClient, register_client
from clients_app.services.clients.removal import remove_client
from clients_app.services.secrets.kept import NONE_STAYS, KeptSecrets, kept_of

TOTAL_COUNT: Final = "Total-Count"
CONFIRM: Final = "confirmTenantAdministrator"
KEPT: Final = "keptSecretIds"


class ClientsView(Resource):
    """The clients of one Client Type."""

    resource = "clients"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str, client_type: str) -> Response:
        """Return the clients that match, by name."""
        names = ("id", "tag", "query", "skip", "count", "state", "expiresBefore")
        given = Parameters(request, names)
        return listed(
            request,
            given,
            client_type=client_type,
            ids=given.ids("id") if given.several("id") else None,
            tags=given.several("tag"),
            q=given.text("query"),
            show=given.one_of("state", Show, Show) or Show.ALL,
            expires_before=given.moment("expiresBefore"),
        )

    def post(self, request: Request, tenant_id: str, client_type: str) -> Response:
        """Add a client with its first secret, which only this answer shows, or without one."""
        given = Parameters(request, (CONFIRM,))
        actor = caller(request)
        require(actor, Action.ADD_CLIENT)
        form_key = form_key_of(request, actor=actor)
        values = values_from(NEW_MODELS[client_type], request.data, current=_NEW)
        draft = ClientDraft(**{"name": "", **draft_fields(values), "client_type": client_type})
        first = first_in(values) if draft.type.has_secrets else None
        with within(values):
            made = register_client(
                replace(draft, confirms_administrator=confirms(given, draft.name)),
                first,
                actor=actor,
                now=timezone.now(),
                form_key=form_key,
                client_id=values.get("Id"),
                is_enabled=values.get("Enabled", True),
            )
        return created(request, made.client.pk, _added(made))


class ClientView(Resource):
    """A client."""

    resource = "client"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the client."""
        none_but(request)
        return shown(client_json(_model_of(request, client_id, client_type)))

    def put(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Change the properties that the body has; null leaves one as it is."""
        given = Parameters(request, (CONFIRM, KEPT))
        client, actor = client_of(request, client_id, client_type), caller(request)
        require(actor, Action.EDIT_CLIENT, client=client)
        current = client_json(ClientModel.of(client))
        values = values_from(MODELS[client_type], request.data, current=current)
        if values.get("Id", client.pk) != client.pk:
            raise Refusal(400, "This property cannot be set.", prop="Id")
        draft = replace(draft_of(client), **draft_fields(values))
        edit_client(
            client,
            replace(draft, confirms_administrator=confirms(given, draft.name)),
            expected_version=expected_version(request, client, current),
            actor=actor,
            now=timezone.now(),
            kept_secrets=kept_secrets(given, client),
            is_enabled=values.get("Enabled"),
        )
        return shown(client_json(_model_of(request, client_id, client_type)))

    def delete(
        self, request: Request, tenant_id: str, client_id: str, client_type: str
    ) -> Response:
        """Remove the client with its secrets."""
        none_but(request)
        client = client_of(request, client_id, client_type)
        version = expected_version(request, client, client_json(ClientModel.of(client)))
        remove_client(
            client,
            typed_name=client.name,
            expected_version=version,
            actor=caller(request),
            now=timezone.now(),
        )
        return Response(status=204)


def listed(request: Request, given: Parameters, **filters: Any) -> Response:
    """Return the clients that match and that the caller may read; see ``model_page``."""
    actor = caller(request)
    require(actor, Action.READ_CLIENTS)
    skip, count = given.page()
    page = model_page(
        actor.tenant_id,
        now=timezone.now(),
        skip=skip,
        count=count,
        only=only_client_of(actor),
        **filters,
    )
    clients = [client_json(client) for client in page.clients]
    return Response(clients, headers={TOTAL_COUNT: str(page.total)})


def client_of(request: Request, client_id: str, client_type: str) -> Client:
    """Return a client that the caller may read, or raise NotFound."""
    actor, sentence = caller(request), _("There is no such client.")
    client = get_client(actor.tenant_id, existing(parse_client_id(client_id), sentence))
    existing(client if client.client_type == client_type else None, sentence)
    require(actor, Action.READ_CLIENTS, client=client)
    if only_client_of(actor) not in {None, client.pk}:
        raise NotFound(sentence)
    return client


def _model_of(request: Request, client_id: str, client_type: str) -> ClientModel:
    """Return the model of the client that ``client_of`` returns, or raise its error."""
    actor, wanted = caller(request), parse_client_id(client_id)
    if not allows(actor, Action.READ_CLIENTS) or only_client_of(actor) not in {None, wanted}:
        wanted = client_of(request, client_id, client_type).pk
    found = models_of(actor.tenant_id, [wanted]) if wanted else []
    fits = bool(found) and found[0].removed_at is None and found[0].client_type == client_type
    return existing(found[0] if fits else None, _("There is no such client."))


def confirms(given: Parameters, name: str) -> bool:
    """Return whether the caller confirms, by its name, that a client becomes an administrator."""
    return bool(name) and key_of(given.text(CONFIRM)) == key_of(name)


def kept_secrets(given: Parameters, client: Client) -> KeptSecrets:
    """Return which secrets stay if the client becomes privileged: none are agreed by default."""
    if not given.has(KEPT):
        return NONE_STAYS
    texts = [one for text in given.several(KEPT) for one in text.split(",")]
    if not all(text.isascii() and text.isdecimal() and len(text) < 19 for text in texts):
        raise Refusal(400, "Send ids of secrets.", prop=KEPT)
    return kept_of(client, frozenset(map(int, texts)), removes_others=True)


_NEW: Final = {"AllowAccessTokensViaBrowser": False}  # what is fixed, in a client to add


def _added(made: RegisteredClient) -> dict[str, Any]:
    [client] = models_of(made.client.tenant_id, [made.client.pk])
    model = client_json(client)
    if made.secret is None:
        return {"Client": model, **first_json(made.client)} if client.type.has_secrets else model
    return {
        "Secret": made.plain,
        "Id": made.secret.pk,
        "Description": made.secret.description,
        "ExpirationDate": moment(made.secret.expires_at),
        "Client": model,
    }
