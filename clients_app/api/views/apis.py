"""APIs, and what a client may call."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.api.etags import etag_of, expected_version, shown
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.apis import PROPERTIES, ApiModel, MayCallModel, scopes_in
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.views.clients import TOTAL_COUNT, client_of
from clients_app.api.views.resource import Resource, caller, created
from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.http.json_models import api_json
from clients_app.models import Api, Client
from clients_app.permissions import Action, require
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import key_of
from clients_app.selectors.apis.apis import callers_of, callers_stamp, get_api, tenant_apis
from clients_app.selectors.apis.may_call import rows_of
from clients_app.services import form_keys
from clients_app.services.apis.apis import add_api, edit_api, remove_api
from clients_app.services.apis.drafts import ApiDraft, draft_of
from clients_app.services.apis.may_call import MayCallDraft, set_may_call

_CONFIRM = "removeFromClients"


class ApisView(Resource):
    """The APIs of the tenant."""

    resource = "apis"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str) -> Response:
        """Return the APIs that match, the built-in one first."""
        given = Parameters(request, ("query", "skip", "count"))
        actor = caller(request)
        require(actor, Action.READ_APIS)
        skip, count = given.page()
        apis = tenant_apis(actor.tenant_id)
        if words := key_of(given.text("query")):
            apis = [api for api in apis if words in api.name_key]
        found = [api_json(api) for api in apis[skip : skip + count]]
        return Response(found, headers={TOTAL_COUNT: str(len(apis))})

    def post(self, request: Request, tenant_id: str) -> Response:
        """Add an API. No client may call it yet."""
        none_but(request)
        actor, now = caller(request), timezone.now()
        require(actor, Action.ADD_API)
        values = values_from(ApiModel, request.data, current=None)
        draft = ApiDraft(
            name=values.get("Name", ""),
            identifier=values.get("Identifier", ""),
            description=values.get("Description", ""),
            scopes=scopes_in(values.get("Scopes", [])),
        )
        with form_keys.once(form_key_of(request, actor=actor), actor=actor, now=now):
            api = add_api(draft, actor=actor, now=now)
        return created(request, api.pk, api_json(api))


class ApiView(Resource):
    """An API."""

    resource = "api"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str, api_id: str) -> Response:
        """Return the API."""
        none_but(request)
        return shown(api_json(_api_of(request, api_id)))

    def put(self, request: Request, tenant_id: str, api_id: str) -> Response:
        """Change the properties that the body has; clients lose the scopes that go."""
        none_but(request)
        api, actor = _api_of(request, api_id), caller(request)
        require(actor, Action.EDIT_API)
        current = api_json(api)
        values = values_from(ApiModel, request.data, current=current)
        was = draft_of(api)
        draft = ApiDraft(
            name=values.get("Name", was.name),
            identifier=values.get("Identifier", was.identifier),
            description=values.get("Description", was.description),
            scopes=scopes_in(values["Scopes"]) if "Scopes" in values else was.scopes,
        )
        version = expected_version(request, api, current)
        if repeats(request.data, current):
            return shown(current)
        edit_api(api.pk, draft, expected_version=version, actor=actor, now=timezone.now())
        return shown(api_json(_api_of(request, api_id)))

    def delete(self, request: Request, tenant_id: str, api_id: str) -> Response:
        """Remove the API, also from clients that may call it if the caller confirms that."""
        given = Parameters(request, (_CONFIRM,))
        api, actor = _api_of(request, api_id), caller(request)
        require(actor, Action.REMOVE_API)
        seen = callers_stamp(api)
        number = callers_of(api).count()
        confirmed = given.one_of(_CONFIRM, {"true": True, "false": False}.__getitem__, ("true",))
        if number and not confirmed and not api.is_built_in:
            sentence = f"{number} clients may call this API. Send true to remove it from them too."
            raise Refusal(409, sentence, prop=_CONFIRM)
        version = expected_version(request, api, api_json(api))
        now = timezone.now()
        remove_api(api.pk, seen=seen, expected_version=version, actor=actor, now=now)
        return Response(status=204)


class ClientApisView(Resource):
    """What a client may call."""

    resource = "client_apis"

    properties = PROPERTIES | {"default_api": "ApiId"}

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the APIs that the client may call, with its scopes."""
        none_but(request)
        return _may_call(client_of(request, client_id, client_type))

    def put(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Let the client call exactly these APIs; the default API stays if it is among them."""
        none_but(request)
        client, actor = client_of(request, client_id, client_type), caller(request)
        require(actor, Action.ASSIGN_APIS, client=client)
        draft = _draft_in(request.data, client)
        version = expected_version(request, client, _models(client))
        set_may_call(client, draft, expected_version=version, actor=actor, now=timezone.now())
        return _may_call(client_of(request, client_id, client_type))


def _draft_in(body: Any, client: Client) -> MayCallDraft:
    if not isinstance(body, list) or len(body) > 1000:
        raise Refusal(400, "Send a list of APIs.")
    wanted = [values_from(MayCallModel, one, current=None) for one in body]
    own = {api.pk: api for api in tenant_apis(client.tenant_id)}
    apis = {}
    for one in wanted:
        api = own.get(one["ApiId"])
        all_scopes = api.scope_names() if api else ()
        apis[one["ApiId"]] = frozenset(one.get("Scopes", all_scopes))
    if len(apis) < len(wanted):
        raise Refusal(400, "Name each API once.", prop="ApiId")
    built_in = apis.pop(client.tenant_id, None)
    if built_in is not None and built_in != frozenset(own[client.tenant_id].scope_names()):
        raise Refusal(400, "Every client has all scopes of the built-in API.", prop="Scopes")
    default = next((row.api_id for row in rows_of(client) if row.is_default), None)
    return MayCallDraft(
        built_in=built_in is not None,
        apis=apis,
        default_api_id=default if default in apis else None,
    )


def _models(client: Client) -> list[dict[str, Any]]:
    built_in = get_api(client.tenant_id, client.tenant_id)
    pairs = [(built_in, built_in.scope_names())] if client.may_call_built_in else []
    pairs += [(row.api, tuple(scope.name for scope in row.scopes.all())) for row in rows_of(client)]
    return [
        {"ApiId": str(api.pk), "Identifier": api.identifier, "Scopes": list(scopes)}
        for api, scopes in pairs
    ]


def _may_call(client: Client) -> Response:
    models = _models(client)
    return Response(models, headers={TOTAL_COUNT: str(len(models)), "ETag": etag_of(models)})


def _api_of(request: Request, api_id: str) -> Api:
    actor = caller(request)
    require(actor, Action.READ_APIS)
    sentence = _("There is no such API. It may have been removed.")
    return get_api(actor.tenant_id, existing(parse_client_id(api_id), sentence))
