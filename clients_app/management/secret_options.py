"""What the options of `manage.py clients add` and `rotate` say about secrets."""

from argparse import Namespace
from datetime import datetime

from clients_app import conf
from clients_app.errors import NotFound, PortalError
from clients_app.models import Client, Tenant
from clients_app.rules.expiry import parse_expiration
from clients_app.rules.rotation import PERIODS, OldEnds, parse_old_end
from clients_app.rules.tenant_policy import default_end
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.secrets.changes import SecretDraft


def secret_draft(given: Namespace, tenant: Tenant, moment: datetime) -> SecretDraft:
    """Return the new secret that the options describe."""
    zone = conf.installation_zone()
    if given.never_expires:
        expires_at = None
    elif given.expires is None:
        expires_at = default_end(tenant_policy(tenant.pk), now=moment, zone=zone)
    else:
        expires_at = parse_expiration(given.expires, zone)
    return SecretDraft(description=given.secret_description, expires_at=expires_at)


def old_end(text: str, moment: datetime) -> datetime:
    """Return when the old secret ends, as ``--old-ends`` says."""
    choice, date = (text, "") if text in PERIODS else (OldEnds.ON_A_DATE, text)
    return parse_old_end(choice, date, zone=conf.installation_zone(), now=moment)


def in_words(moment: datetime | None) -> str:
    """Return a moment in the installation's zone, as ``--expires`` is read, to the second."""
    if moment is None:
        return "never"
    zone = conf.installation_zone()
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone}"


def only_secret(client: Client, moment: datetime) -> int:
    """Return the id of the client's only live secret.

    Errors: PortalError that lists them where there are several; NotFound where there is none.
    """
    live = list(client.secrets.live(moment))
    if not live:
        raise NotFound("This client has no live secret to replace.")
    if len(live) > 1:
        choices = "; ".join(f"--secret {secret.pk} for {secret}" for secret in live)
        raise PortalError("Choose the secret to replace: %(choices)s.", choices=choices)
    return live[0].pk
