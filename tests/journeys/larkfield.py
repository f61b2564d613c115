"""A tenant after a year of use: people, roles, and clients in every state.

Runs inside the portal: `manage.py shell -c "from tests.journeys import larkfield; ..."`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from clients_app.actors import Actor
from clients_app.models import ApiUsage, Client, Delivery, Person, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER, TENANT_VIEWER
from clients_app.rules.webhook_urls import shown_url
from clients_app.services.apis.apis import add_api
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.registration import register_client
from clients_app.services.notices import channel_settings
from clients_app.services.people.accounts import add_person
from clients_app.services.people.invitations import invite_person
from clients_app.services.people.saved_filters import save_filter
from clients_app.services.roles.roles import add_role
from clients_app.services.secrets.changes import SecretDraft, remove_secret
from clients_app.services.tenants.tenants import add_tenant
from clients_app.services.usage import counts
from tests.actors import actor_for
from tests.journeys.larkfield_use import DAY, MINUTE, YEAR, fill, rotate, rotate_by_hand, use

NAME: Final = "Larkfield Water"
ROLES: Final = {
    "MyData.Role": "Reads and writes the streams of MyData.",
    "Telemetry.Writer": "Writes measurements, reads nothing.",
}


class Example(NamedTuple):
    """A client; ages and expirations are relative to now, None for never."""

    name: str
    roles: tuple[str, ...]
    age: timedelta
    ends_in: timedelta | None
    used_ago: timedelta | None
    state: str = ""  # or "disabled", "no secrets"


EXAMPLES: Final = (
    Example("Billing export", ("Tenant Viewer",), 80 * DAY, 285 * DAY, DAY),
    Example("Aquifer level loggers", ("MyData.Role",), 353 * DAY, 12 * DAY, 2 * MINUTE),
    Example("Grafana dashboards", ("Tenant Viewer",), 300 * DAY, None, MINUTE),
    Example(
        "Historian to lake sync",
        ("MyData.Role", "Telemetry.Writer"),
        238 * DAY,
        127 * DAY,
        MINUTE / 10,
    ),
    Example("Lab results uploader", ("Tenant Contributor",), 368 * DAY, -3 * DAY, 3 * DAY),
    Example("Leak detection model", ("MyData.Role",), 157 * DAY, 208 * DAY, 8 * MINUTE),
    Example("Pump Station 14 gateway", ("MyData.Role",), 356 * DAY, 9 * DAY, 6 * DAY),
    Example("SCADA bridge (standby)", ("MyData.Role",), 30 * DAY, YEAR, None, "no secrets"),
    Example("Turbine telemetry bridge", ("Tenant Contributor",), 285 * DAY, 80 * DAY, MINUTE / 2),
)


def settle(password: str) -> None:
    """Add the tenant with its administrator Mara Okafor and its viewer Jonas Berg."""
    now = datetime.now(UTC)
    tenant = add_tenant(NAME, actor=Actor.installation(), now=now - 2 * YEAR)
    system = Actor.system(tenant.pk)
    roles = {role.role_type_id: role.pk for role in Role.objects.for_tenant(tenant.pk)}
    for username, name, role in (
        ("mara.okafor", "Mara Okafor", TENANT_ADMINISTRATOR),
        ("jonas.berg", "Jonas Berg", TENANT_VIEWER),
    ):
        add_person(
            username,
            name=name,
            password=password,
            role_ids=frozenset({roles[role], roles[TENANT_MEMBER]}),
            actor=system,
            now=now - 2 * YEAR,
        )
    invite_person(
        "lena.horvat",
        name="Lena Horvat",
        email="lena.horvat@larkfield.example",
        role_ids=frozenset(),
        confirms_administrator=False,
        by_mail=False,
        actor=system,
        now=now - DAY,
    )
    mara = _as_actor(tenant)
    for role_name, description in ROLES.items():
        add_role(role_name, description=description, actor=mara, now=now - 390 * DAY)
    for example in sorted(EXAMPLES, key=lambda each: -each.age):
        _add(example, mara, now=now)
    counts.flush()
    _add_apis(mara, now=now)
    rotate_by_hand(Client.objects.get(tenant=tenant, name="Pump Station 14 gateway"), mara, now)
    fill(Client.objects.get(tenant=tenant, name="Billing export"), mara, now)
    rotate(Client.objects.get(tenant=tenant, name="Historian to lake sync"), mara, now)
    _send_messages(mara, now)
    save_filter(Person.objects.get(pk=mara.id), "Ends soon", query="show=expiring")


def settle_small_ones(password: str) -> None:
    """Add an empty tenant with the administrator Zofia, and Otto's tenant, whose
    only client has a secret that never expires."""
    now = datetime.now(UTC)
    _settle_with("zofia", "Cranes GmbH", password, now=now)
    otters = _settle_with("otto", "Otters AG", password, now=now)
    dam = Example("Dam gauge", ("Tenant Viewer",), 30 * DAY, None, DAY)
    _add(dam, _as_actor(otters, "otto"), now=now)
    counts.flush()


def _settle_with(username: str, name: str, password: str, *, now: datetime) -> Tenant:
    tenant = add_tenant(name, actor=Actor.installation(), now=now)
    administrator = Role.objects.for_tenant(tenant.pk).get(role_type_id=TENANT_ADMINISTRATOR)
    system = Actor.system(tenant.pk)
    ids = frozenset({administrator.pk})
    add_person(username, password=password, role_ids=ids, actor=system, now=now)
    return tenant


def _as_actor(tenant: Tenant, username: str = "mara.okafor") -> Actor:
    person = Person.objects.get(tenant=tenant, username=username)
    return replace(actor_for(person), address="192.0.2.40")


def _add(example: Example, actor: Actor, *, now: datetime) -> None:
    roles = Role.objects.for_tenant(actor.tenant_id).filter(name__in=example.roles)
    added = register_client(
        ClientDraft(
            name=example.name,
            role_ids=frozenset(role.pk for role in roles),
            description="Sends the levels of wells 1 to 14." if "level" in example.name else "",
            contact="water-it@larkfield.example",
            tags=("field", "telemetry") if "MyData.Role" in example.roles else (),
        ),
        SecretDraft(
            description="Gateway firmware 4.1" if "Pump" in example.name else "First secret",
            expires_at=None if example.ends_in is None else now + example.ends_in,
        ),
        actor=actor,
        now=now - example.age,
    )
    assert added.secret is not None
    if example.used_ago is not None:
        use(added.client, added.secret.pk, now - example.used_ago, tokens=1 + len(example.name))
    if example.state == "no secrets":
        remove_secret(added.client, added.secret.pk, actor=actor, now=now - DAY)
        set_enabled(added.client, enabled=False, actor=actor, now=now - DAY)


def _add_apis(actor: Actor, *, now: datetime) -> None:
    """Add two APIs; two clients may call one of them, and one of these asks for less."""
    scopes = tuple(
        ScopeDraft(name=f"streams.{name}", description=f"{name.title()} streams")
        for name in ("read", "write")
    )
    draft = ApiDraft(name="Streams", identifier="https://api.larkfield.example", scopes=scopes)
    api = add_api(draft, actor=actor, now=now - 80 * DAY)
    draft = ApiDraft(name="Weather", identifier="urn:larkfield:weather", description="Forecasts")
    add_api(draft, actor=actor, now=now - 80 * DAY)
    names = frozenset(scope.name for scope in scopes)
    may_call = MayCallDraft(apis={api.pk: names})
    for name in ("Historian to lake sync", "Pump Station 14 gateway"):
        client = Client.objects.get(tenant=actor.tenant_id, name=name)
        set_may_call(client, may_call, expected_version=None, actor=actor, now=now - 70 * DAY)
        counted = {"tokens": 7, "last_at": now - DAY, "hour": now - DAY, "is_named": True}
        ApiUsage.objects.create(client=client, api=api, scope="streams.read", **counted)


def _send_messages(actor: Actor, now: datetime) -> None:
    """Send expiration notices to a webhook: one arrives, one cannot be delivered."""
    url = "https://hooks.larkfield.example/portal/secrets-that-end?team=water-it"
    channel_settings.set_channel("webhook", {"url": url}, actor=actor, now=now - 10 * MINUTE)
    lost = "hooks.larkfield.example is not public or cannot be resolved."
    for state, answer in ((Delivery.State.SENT, "HTTP 204"), (Delivery.State.FAILED, lost)):
        Delivery.objects.create(
            tenant_id=actor.tenant_id,
            channel="webhook",
            recipient=shown_url(url),
            is_test=True,
            state=state,
            answer=answer,
            created_at=now - 9 * MINUTE,
            try_at=now - 9 * MINUTE,
            finished_at=now - 9 * MINUTE,
        )
