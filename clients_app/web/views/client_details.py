"""Details of a client, beside the list: four tabs, each with an address of its own."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clients_app import audit
from clients_app.errors import NotFound, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.models import Client
from clients_app.permissions import Action, allows
from clients_app.rules.client_fields import LINES
from clients_app.rules.expiry import is_expired
from clients_app.selectors.activity.events import recent_events_of
from clients_app.selectors.clients.usage import client_summary, hours_of, refusals_of
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.selectors.secrets.rotations import rotations
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import show, wants_fragment
from clients_app.web.list_state import list_state
from clients_app.web.polling import live_address, stamp
from clients_app.web.views.client_list import list_context

TIMELINE_MAX: Final = 20


@require_safe
@signed_in
@may(Action.READ_CLIENTS)
def client_details(request: HttpRequest, client: Client) -> HttpResponse:
    """Show what the client is and how it is used."""
    now = timezone.now()
    context = {
        "summary": client_summary(client, now=now),
        "lines": [(gettext(line.label), getattr(client, line.name)) for line in LINES],
        "tags": client.tags.all(),
        "urls": _urls(client),
        "owners": client.owners.order_by("username_key"),
        # plain members read neither addresses nor who else uses the portal
        "may_see_people": allows(actor_of(request), Action.READ_SECRETS, client=client),
    }
    return _tab(request, client, "details", gettext("Details"), context, now)


@require_safe
@signed_in
@may(Action.READ_SECRETS)
def client_secrets(request: HttpRequest, client: Client) -> HttpResponse:
    """Show its secrets: everything but their values."""
    now = timezone.now()
    secrets = listed_secrets(client, now=now)
    live = [secret for secret in secrets if not is_expired(secret.expires_at, now)]
    times = Counter(secret.description for secret in live if secret.description)
    repeated = [description for description, count in times.items() if count > 1]
    rotating = rotations(secrets, token_lifetime_s=client.token_lifetime_s, now=now)
    under_way = {rotation.old.secret.pk: rotation.new.secret for rotation in rotating}
    for secret in secrets:
        secret.replaced_by = under_way.get(secret.pk)
    context = {
        "secrets": secrets,
        "repeated": repeated,
        "rotations": rotating,
        "to_rotate": _first_to_end(one for one in live if one.replaced_by is None),
    }
    return _tab(request, client, "secrets", gettext("Secrets"), context, now)


def _first_to_end(secrets: Iterable[Any]) -> Any:
    """Return the secret that Rotate begins with; None where there is none."""
    return min(
        secrets,
        key=lambda one: (one.expires_at is None, one.expires_at or one.created_at),
        default=None,
    )


@require_safe
@signed_in
@may(Action.READ_CLIENTS)
def client_roles(request: HttpRequest, client: Client) -> HttpResponse:
    """Show the roles that travel in its tokens."""
    if not client.type.has_roles:
        raise NotFound(gettext_noop("Clients of this type carry no roles."))
    context = {"roles": roles_of_client(client)}
    return _tab(request, client, "roles", gettext("Roles"), context, timezone.now())


@require_safe
@signed_in
@may(Action.READ_ACTIVITY)
def client_activity(request: HttpRequest, client: Client) -> HttpResponse:
    """Show who did what to it, with the values before and after, and how it was used."""
    now = timezone.now()
    context = {
        "timeline": _timeline(client, now),
        "hours": hours_of(client, now=now),
        "summary": client_summary(client, now=now),
    }
    return _tab(request, client, "activity", gettext("Activity"), context, now)


def _timeline(client: Client, now: datetime) -> list[dict[str, Any]]:
    """Return what was done to it and what it was refused, latest first."""
    done: list[dict[str, Any]] = [
        {
            "at": event.at,
            "event": event,
            "sentence": audit.sentence(event),
            "changes": audit.changes(event),
        }
        for event in recent_events_of(client.tenant_id, client.pk, limit=TIMELINE_MAX)
    ]
    refused = [
        {"at": refusal.last_at, "refusal": refusal}
        for refusal in refusals_of(client, now=now, limit=TIMELINE_MAX)
    ]
    return sorted(done + refused, key=lambda one: one["at"], reverse=True)[:TIMELINE_MAX]


def _urls(client: Client) -> list[tuple[str, list[str]]]:
    """Return what a type with URLs lists, by its label; nothing for one without."""
    rows = list(client.urls.all())
    return [
        (gettext(kind.label), [row.url for row in rows if row.kind == kind.id])
        for kind in client.type.url_kinds
    ]


def _tab(
    request: HttpRequest,
    client: Client,
    tab: str,
    label: str,
    context: dict[str, Any],
    now: datetime,
) -> HttpResponse:
    actor = actor_of(request)
    may_do = {
        "may_edit": allows(actor, Action.EDIT_CLIENT, client=client),
        "may_disable": allows(actor, Action.DISABLE_CLIENT, client=client),
        "may_end_tokens": allows(actor, Action.END_TOKENS, client=client),
        "may_remove": allows(actor, Action.REMOVE_CLIENT, client=client),
        "may_read_secrets": client.type.has_secrets
        and allows(actor, Action.READ_SECRETS, client=client),
        "may_add_secret": client.type.has_secrets
        and allows(actor, Action.ADD_SECRET, client=client),
        "may_assign_roles": client.type.has_roles
        and allows(actor, Action.ASSIGN_ROLES, client=client),
        "may_rotate_secret": allows(actor, Action.ROTATE_SECRET, client=client),
        "may_edit_secret": allows(actor, Action.EDIT_SECRET, client=client),
        "may_remove_secret": allows(actor, Action.REMOVE_SECRET, client=client),
        "may_read_activity": allows(actor, Action.READ_ACTIVITY),
        "secret_count": client.secrets.live(now).count(),
        "role_count": client.roles.count(),
    }
    around = _state_alone(request) if wants_fragment(request) else list_context(request, client)
    parts, state = {"client_id": client.pk}, around["state"]
    since = stamp(client.tenant_id, now=now, client=client)
    places = {
        "here": reverse(f"client-{tab}", kwargs=parts) + state,
        "pane_live": live_address("client-live", state, since, tab=tab, **parts),
    }
    shown = {**around, **context, **may_do, **places, "client": client, "tab": tab, "now": now}
    title = gettext("%(client)s, %(tab)s") % {"client": client.name, "tab": label}
    return show(request, "clients/client_details", shown, title=title, fragments=("details",))


def _state_alone(request: HttpRequest) -> dict[str, Any]:
    """Return what the pane's links need of the list, without reading the list."""
    may_restore = allows(actor_of(request), Action.RESTORE_CLIENT)
    return {"state": list_state(request.GET, may_restore=may_restore).query()}
