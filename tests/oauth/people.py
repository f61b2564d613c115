"""A person, two applications that they sign in to, and codes for these."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import jwt
import pytest
from django.utils import timezone

from clients_app import conf
from clients_app.models import Api, Client, Person, SigningKey, Tenant
from clients_app.rules.authorization_requests import AuthorizationRequest
from clients_app.rules.built_in_roles import TENANT_VIEWER
from clients_app.rules.pkce import challenge_of
from clients_app.rules.targets import chosen_for_person
from clients_app.selectors.apis.may_call import reach_of
from clients_app.services.authorizations.codes import SignedIn, issue_code
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import register_client
from tests.actors import command_line_in
from tests.factories import let_call, make_api, make_client, make_person
from tests.moments import NOW
from tests.oauth import wsgi
from tests.oauth.wsgi import Reply, basic, form

CODE: Final = ("grant_type", "authorization_code")
REFRESH: Final = ("grant_type", "refresh_token")
VERIFIER: Final = "a-verifier-of-43-characters-at-least-0123456789"
REDIRECT: Final = "https://app.example.com/callback?a=b"
ORIGIN: Final = "https://app.example.com"
EVERYTHING: Final = "openid profile email offline_access read"


class People:
    """Ann, who signs in to ``public`` and ``hybrid``, which may call the API Orders.

    ``ask`` sends a token request.
    """

    def __init__(self, tenant: Tenant, ask: Callable[..., Reply]) -> None:
        self.tenant, self.ask = tenant, ask
        self.person: Person = make_person(
            "ann", tenant, TENANT_VIEWER, name="Ann Heron", email="ann@herons.example"
        )
        self.api: Api = make_api("Orders", tenant, "read", "write")
        self.public = self.application("App", "authorization-code")
        self.hybrid = self.application("Server", "hybrid")

    def application(
        self, name: str, client_type: str, *, tenant: Tenant | None = None
    ) -> SimpleNamespace:
        """Add a client that may call Orders and have refresh tokens."""
        tenant = tenant or self.tenant
        draft: dict[str, Any] = {"redirect_uris": (REDIRECT,), "allow_refresh_token": True}
        if client_type == "hybrid":
            made = make_client(name, tenant, client_type=client_type, **draft)
        else:
            draft |= {"name": name, "client_type": client_type, "cors_origins": (ORIGIN,)}
            actor = command_line_in(tenant)
            made = register_client(ClientDraft(**draft), None, actor=actor, now=NOW)
        if tenant == self.tenant:
            let_call(made.client, self.api)
        row = Client.objects.get(pk=made.client.pk)
        return SimpleNamespace(id=str(row.pk), plain=made.plain, row=row)

    def code(
        self,
        client: SimpleNamespace | None = None,
        scope: str = EVERYTHING,
        *,
        person: Person | None = None,
        now: datetime | None = None,
        resource: str = "",
        **request: Any,
    ) -> str:
        """Return a code of Ann for a client, by default the public one."""
        row = Client.objects.get(pk=(client or self.public).id)
        asked = {"challenge": challenge_of(VERIFIER), "nonce": "n-1", "redirect_uri": REDIRECT}
        chosen = chosen_for_person(
            reach_of(row),
            origin=conf.public_url(),
            may_refresh=row.allow_refresh_token,
            named=resource or None,
            scope=scope,
        )
        now = now or timezone.now()
        return issue_code(
            Person.objects.get(pk=(person or self.person).pk),
            row,
            AuthorizationRequest(client_id=str(row.pk), **{**asked, **request}),
            chosen,
            signed_in=SignedIn(now, "pwd otp", "session-key"),
            now=now,
        ).plain

    def redeem(
        self, code: str, client: SimpleNamespace | None = None, /, **changed: str | None
    ) -> Reply:
        """Redeem a code as it should be, or with parameters ``changed``, or left out by None."""
        values = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return self.post(client, CODE, **{**values, **changed})

    def refresh(
        self, token: str, client: SimpleNamespace | None = None, /, **more: str | None
    ) -> Reply:
        return self.post(client, REFRESH, **{"refresh_token": token, **more})

    def post(
        self, client: SimpleNamespace | None, *pairs: tuple[str, str], **values: str | None
    ) -> Reply:
        """Send a token request of a client, with its secret if it has one."""
        client = client or self.public
        sent = {name: value for name, value in values.items() if value is not None}
        if client.plain:
            return self.ask(authorization=basic(client.id, client.plain), body=form(*pairs, **sent))
        return self.ask(body=form(*pairs, **{"client_id": client.id, **sent}))

    def signed_in(self, client: SimpleNamespace | None = None, scope: str = EVERYTHING) -> Any:
        """Return the token response for a new code."""
        reply = self.redeem(self.code(client, scope), client)
        assert reply.status == 200, reply.body
        return reply.json()

    def userinfo(self, token: str, method: str = "GET", **more: Any) -> Reply:
        authorization = f"Bearer {token}"
        return wsgi.through_django(
            wsgi.environ(
                "/identity/connect/userinfo", method=method, authorization=authorization, **more
            )
        )

    def is_active(self, token: str) -> bool:
        """Return whether introspection calls ``token`` active, asked by a client of the API."""
        return bool(self.introspected(token)["active"])

    def introspected(self, token: str) -> Any:
        Client.objects.filter(pk=self.hybrid.id).update(may_introspect=True)
        return self.post_to("introspect", self.hybrid, token).json()

    def post_to(self, endpoint: str, client: SimpleNamespace, token: str, **more: Any) -> Reply:
        """Send ``token`` to introspection or revocation."""
        values = {"token": token} if client.plain else {"token": token, "client_id": client.id}
        authorization = basic(client.id, client.plain) if client.plain else None
        path = f"/identity/connect/{endpoint}"
        return wsgi.through_django(
            wsgi.environ(path, authorization=authorization, body=form(**values), **more)
        )


def claims(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return decoded


@pytest.fixture
def people(tenant: Tenant, signing_key: SigningKey, ask: Callable[..., Reply]) -> People:
    return People(tenant, ask)
