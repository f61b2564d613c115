"""Details of a client, next to the list: tabs, each with its own address; see also client_apis."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app import audit
from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.identity_forms import graded
from clients_app.identity.actor import actor_of
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action, allows
from clients_app.rules.alerts import SHORT, AlertKind
from clients_app.rules.chart_slots import Period
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.expiry import is_expired
from clients_app.selectors.activity.events import recent_events_of
from clients_app.selectors.clients.usage import addresses_of, client_summary, hours_of, refusals_of
from clients_app.selectors.credentials.identities import listed_identities
from clients_app.selectors.credentials.keys import listed_keys
from clients_app.selectors.credentials.near_misses import near_misses_of
from clients_app.selectors.credentials.rotations import rotations
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.selectors.secrets.lookup import listed_secrets
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.templatetags.charts import Chart
from clients_app.web.access import screen
from clients_app.web.addresses import CLIENT, at
from clients_app.web.client_health import health_notice
from clients_app.web.connecting import connection_of
from clients_app.web.htmx import show, wants_fragment
from clients_app.web.list_state import list_state
from clients_app.web.polling import live_address, stamp
from clients_app.web.replacements import replacements
from clients_app.web.usage_charts import client_chart, period_links, period_of, with_period
from clients_app.web.views.client_list import list_context

HISTORY_MAX: Final = 20
_MAY: Final = {  # the names in the template, without "may_"
    "edit": Action.EDIT_CLIENT,
    "duplicate": Action.ADD_CLIENT,
    "disable": Action.DISABLE_CLIENT,
    "end_tokens": Action.END_TOKENS,
    "remove": Action.REMOVE_CLIENT,
    "read_secrets": Action.READ_SECRETS,
    "add_secret": Action.ADD_SECRET,
    "assign_roles": Action.ASSIGN_ROLES,
    "assign_apis": Action.ASSIGN_APIS,
    "rotate_secret": Action.ROTATE_SECRET,
    "edit_secret": Action.EDIT_SECRET,
    "remove_secret": Action.REMOVE_SECRET,
    "add_credential": Action.ADD_CREDENTIAL,
    "edit_credential": Action.EDIT_CREDENTIAL,
    "extend_credential": Action.EXTEND_CREDENTIAL,
    "remove_credential": Action.REMOVE_CREDENTIAL,
    "read_activity": Action.READ_ACTIVITY,
}


@at(CLIENT)
@screen(Action.READ_CLIENTS)
def client_details(request: HttpRequest, client: Client) -> HttpResponse:
    """Show the settings of the client and how it is used."""
    now, actor, period = timezone.now(), actor_of(request), period_of(request.GET)
    may_read_activity = allows(actor, Action.READ_ACTIVITY, client=client)
    # plain members read neither addresses nor who else uses the portal
    may_see_people = allows(actor, Action.READ_SECRETS, client=client)
    context = {
        "health_notice": health_notice(client, may_read_activity=may_read_activity, now=now),
        "period": period,
        "usage_chart": _usage_chart(client, period, details=may_see_people, now=now),
        "summary": client_summary(client, now=now),
        "lines": [(gettext(line.label), getattr(client, line.name)) for line in LINES],
        "tags": client.tags.all(),
        "urls": _urls(client),
        "connection": _connection(client, may_see_people=may_see_people, now=now),
        "application_lines": [
            (gettext(line.label), getattr(client, line.name)) for line in APPLICATION_URLS
        ],
        "muted": [gettext(SHORT[kind]) for kind in AlertKind if getattr(client, kind.mute)],
        "owners": client.owners.order_by("username_key"),
        "may_see_people": may_see_people,
        "addresses": addresses_of(client, now=now) if may_see_people else (),
    }
    return show_tab(request, client, "details", gettext("Details"), context, now)


@at(f"{CLIENT}/secrets")
@screen(Action.READ_SECRETS)
def client_secrets(request: HttpRequest, client: Client) -> HttpResponse:
    """Show its secrets, without their values."""
    now = timezone.now()
    secrets = listed_secrets(client, now=now)
    keys, identities = listed_keys(client, now=now), listed_identities(client, now=now)
    replaced = replacements(
        client, secrets=secrets, keys=keys, identities=identities, query=request.GET, now=now
    )
    live = [secret for secret in secrets if not is_expired(secret.expires_at, now)]
    times = Counter(secret.description for secret in live if secret.description)
    to_rotate = [secret for secret in live if secret.replaced_by is None]
    policy = tenant_policy(client.tenant_id)
    context = {
        **replaced,
        "secrets": secrets,
        "keys": keys,
        "near_misses": near_misses_of(client, now=now),
        "identities": [graded(one) for one in identities],
        "repeated": [description for description, count in times.items() if count > 1],
        "to_rotate": min(to_rotate, key=_by_expiry, default=None),
        "forbidden": policy.forbids_new_secret(is_exempt=client.may_add_secrets),
    }
    return show_tab(request, client, "secrets", gettext("Secrets"), context, now)


@at(f"{CLIENT}/roles")
@screen(Action.READ_CLIENTS)
def client_roles(request: HttpRequest, client: Client) -> HttpResponse:
    """Show the roles that its tokens carry."""
    if not client.type.has_roles:
        raise NotFound(gettext_noop("Clients of this type do not have roles."))
    context = {"roles": roles_of_client(client)}
    return show_tab(request, client, "roles", gettext("Roles"), context, timezone.now())


@at(f"{CLIENT}/activity")
@screen(Action.READ_ACTIVITY)
def client_activity(request: HttpRequest, client: Client) -> HttpResponse:
    """Show who changed it, with the values before and after, and how it was used."""
    now = timezone.now()
    context = {
        "history": _history(client, now),
        "summary": client_summary(client, now=now),
    }
    return show_tab(request, client, "activity", gettext("Activity"), context, now)


def _usage_chart(client: Client, period: Period, *, details: bool, now: datetime) -> Chart | None:
    """Return the chart of a client whose type has secrets; its ``details`` are secrets and
    addresses."""
    if not client.type.has_secrets:
        return None
    life: dict[str, Any] = {"token_lifetime_s": client.token_lifetime_s, "now": now}
    rotating = rotations(listed_secrets(client, now=now), **life) if details else []
    if details and not rotating:
        rotating = rotations(listed_keys(client, now=now), **life)
    return client_chart(
        client,
        period,
        rotation=rotating[0] if rotating else None,
        uses=hours_of(client, now=now) if details else (),
        now=now,
    )


def _connection(client: Client, *, may_see_people: bool, now: datetime) -> dict[str, Any] | None:
    """Return how an application connects: by its secret, if it has one or nobody may know."""
    if not client.type.signs_people_in:
        return None
    without_secret = may_see_people and not client.secrets.live(now).exists()
    credential = without_secret and (
        client.keys.live(now).first() or client.identities.live(now).first()
    )
    return connection_of(client, credential or None)


def _by_expiry(secret: ClientSecret) -> tuple[bool, datetime]:
    return (secret.expires_at is None, secret.expires_at or secret.created_at)


def _history(client: Client, now: datetime) -> list[dict[str, Any]]:
    """Return the events and refused requests of the client, newest first."""
    rows: list[dict[str, Any]] = []
    for event in recent_events_of(client.tenant_id, client.pk, limit=HISTORY_MAX):
        rows.append({"at": event.at, "event": event, "changes": audit.changes(event)})
    refusals = refusals_of(client, now=now, limit=HISTORY_MAX)
    rows += [{"at": refusal.last_at, "refusal": refusal} for refusal in refusals]
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:HISTORY_MAX]


def _urls(client: Client) -> list[tuple[str, list[str]]]:
    """Return label and URLs of each list of URLs that its type has."""
    rows = list(client.urls.all())
    return [
        (gettext(kind.label), [row.url for row in rows if row.kind == kind.id])
        for kind in client.type.url_kinds
    ]


def show_tab(
    request: HttpRequest,
    client: Client,
    tab: str,
    label: str,
    context: dict[str, Any],
    now: datetime,
) -> HttpResponse:
    """Return a tab of the pane, or a page with the list beside it."""
    actor, parts = actor_of(request), {"client_id": client.pk}
    may = {f"may_{name}": allows(actor, action, client=client) for name, action in _MAY.items()}
    for name in ("may_read_secrets", "may_add_secret"):
        may[name] = may[name] and client.type.has_secrets
    may["may_assign_roles"] = may["may_assign_roles"] and client.type.has_roles
    if wants_fragment(request):  # the links only need the query of the list
        may_restore = allows(actor, Action.RESTORE_CLIENT)
        around = {"state": list_state(request.GET, may_restore=may_restore).query()}
    else:
        around = list_context(request, client)
    state, since = around["state"], stamp(client.tenant_id, now=now, client=client)
    path, query = reverse(f"client-{tab}", kwargs=parts), with_period(state, request.GET)
    shown = {
        **around,
        **context,
        **may,
        "credential_count": sum(
            rows.live(now).count() for rows in (client.secrets, client.keys, client.identities)
        ),
        "role_count": client.roles.count(),
        "api_count": client.may_call.count() + client.may_call_built_in,
        "here": path + query,
        "pane_live": live_address("client-live", query, since, tab=tab, **parts),
        "period_links": period_links(path, state, context.get("period")),
        "client": client,
        "tab": tab,
        "now": now,
    }
    title = gettext("%(client)s, %(tab)s") % {"client": client.name, "tab": label}
    return show(request, "clients/client_details", shown, title=title, fragments=("details",))
