"""What a person lets applications do for them: for Account, where they withdraw it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Min

from clients_app.errors import existing, gettext_noop
from clients_app.models import Authorization, Client, Consent, Person
from clients_app.rules.identity_texts import texts_of

LISTED_MAX = 100  # applications; the newest are shown


class AllowedApi(NamedTuple):
    """An API, and the scopes there that an application may have."""

    name: str
    scopes: str


class AllowedApplication(NamedTuple):
    """An application that a person allowed something, or a first-party one that acts for them."""

    client: Client
    texts: list[str]
    apis: list[AllowedApi]
    since: datetime
    last_token_at: datetime | None


def allowed_applications(person: Person, *, now: datetime) -> list[AllowedApplication]:
    """Return the applications with what they were allowed, in the order of their names."""
    consents = Consent.objects.filter(person=person, client__removed_at=None)
    rows = list(consents.select_related("client", "api").order_by("-granted_at", "pk"))
    standing = Authorization.objects.standing().filter(
        person=person, client__removed_at=None, expires_at__gt=now
    )
    acting = standing.values("client").annotate(since=Min("created_at"), last=Max("last_token_at"))
    since = {one["client"]: one["since"] for one in acting}
    used = Authorization.objects.filter(person=person).values("client")
    last = {one["client"]: one["last"] for one in used.annotate(last=Max("last_token_at"))}
    ids = list(dict.fromkeys([row.client_id for row in rows] + list(since)))[:LISTED_MAX]
    clients = Client.objects.filter(pk__in=ids).order_by("name_key", "pk")
    by_client: dict[UUID, list[Consent]] = {}
    for row in rows:
        by_client.setdefault(row.client_id, []).append(row)
    return [
        _allowed(client, by_client.get(client.pk, []), since.get(client.pk), last.get(client.pk))
        for client in clients
    ]


def application_of(person: Person, client_id: UUID) -> Client:
    """Return an application that acts or acted for the person, or raise NotFound."""
    clients = Client.objects.present().filter(pk=client_id)
    known = clients.filter(consents__person=person) | clients.filter(authorizations__person=person)
    sentence = gettext_noop("There is no such application in your account.")
    return existing(known.distinct().first(), sentence)


def person_who_authorized(authorization_id: str | None) -> Person | None:
    """Return the person of an authorization, which a token names unless it is about a machine."""
    if authorization_id is None:  # a lookup of None would find people without authorizations
        return None
    return Person.objects.filter(authorizations=UUID(authorization_id)).first()


def signed_in_at(authorization_id: str) -> datetime | None:
    """Return when the person of an authorization had proved who they are, None if it is gone."""
    rows = Authorization.objects.filter(pk=UUID(authorization_id))
    return rows.values_list("auth_time", flat=True).first()


def _allowed(
    client: Client, rows: list[Consent], acting_since: datetime | None, last: datetime | None
) -> AllowedApplication:
    moments = [row.granted_at for row in rows] + ([acting_since] if acting_since else [])
    texts = [text for row in rows if row.api is None for text in texts_of(row.scope)]
    apis = [AllowedApi(row.api.name, row.scope) for row in rows if row.api is not None]
    return AllowedApplication(client, texts, apis, min(moments), last)
