"""Prepares the installation before the server starts; each step only adds what is missing."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from clients_app import data_files
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.identity.factor_status import MUST_SET_UP, lacks_demanded_factor
from clients_app.identity.one_time_links import make_one_time_link
from clients_app.management.schema import refuse_other_versions
from clients_app.models import Tenant
from clients_app.rules.names import key_of
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.selectors.tenants import installation
from clients_app.services.people.accounts import add_person, choose_password
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tenants.tenants import add_tenant
from portal.secret_files import writable_folder

ADVISORY_LOCK = 0x706F7274616C  # an arbitrary number: "portal"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for other processes that prepare the same installation, also on other machines."""
    path = settings.DATA_DIR / data_files.START_LOCK
    with writable_folder(path.parent, f"The folder {path.parent}"):
        lock = path.open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # until the connection is closed
                connection.connection.limit_s = None
                cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
                cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            connection.close()


def prepare_tables() -> None:
    """Bring the database up to this version's migrations."""
    refuse_other_versions()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command(Migrate(), interactive=False, verbosity=0)


@transaction.atomic
def prepare_rows(*, now: datetime, tell: Callable[[str], object]) -> str:
    """Add the signing key, the first tenant and its administrator if they are missing.

    Returns the text with the one-time link, for when the portal is ready; empty if nobody needs it.
    ``tell`` gets the rest of the text for the operator. Nothing is saved if that fails or if the
    password is refused.
    """
    tenant = installation.first_tenant() or add_tenant(
        settings.FIRST_TENANT_NAME, actor=Actor.installation(), now=now
    )
    ensure_active_key(now=now)
    if installation.administrators_exist():
        return ""
    return _prepare_administrator(tenant, now=now, tell=tell)


def _prepare_administrator(tenant: Tenant, *, now: datetime, tell: Callable[[str], object]) -> str:
    """Give the first administrator the password that the operator set, or return a link."""
    actor = Actor.system(tenant.pk)
    username, password = settings.FIRST_ADMINISTRATOR, settings.FIRST_PASSWORD() or None
    person = people_who_administer(tenant.pk).filter(username_key=key_of(username)).first()
    try:
        if person is None:
            role = next(role for role in tenant_roles(tenant.pk) if role.is_administrator)
            person = add_person(
                username,
                role_ids=frozenset({role.pk}),
                actor=actor,
                now=now,
                password=password,
                is_staff=True,
            )
        elif password is not None:
            choose_password(person, password, actor=actor, now=now)
    except RuleBroken as error:
        name = "PASSWORD" if error.field == "password" else "USERNAME"
        raise ImproperlyConfigured(f"PORTAL_ADMIN_{name} cannot be used: {error}") from error
    if lacks_demanded_factor(person):
        tell(MUST_SET_UP % {"username": person.username})
    if password is not None:
        return ""
    tell(f"{person.username} has no password yet. The link to choose one follows.")
    link = make_one_time_link(person, actor=actor, now=now)
    text = f"Choose the password of {person.username} here; the link is valid once, for an hour:"
    return f"{text}\n  {link}"
