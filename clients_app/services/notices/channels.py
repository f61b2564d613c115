"""Deeds on how a tenant is told of the ends of its secrets."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from clients_app import audit, conf, derived_keys
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.models import Delivery, Tenant, Webhook
from clients_app.permissions import Action, require
from clients_app.services.locks import lock_tenant
from clients_app.services.notices import deliveries
from clients_app.services.notices.outgoing import check_url
from clients_app.services.notices.webhook import secret_of

_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook with its signing secret, which is shown only here and only now."""

    webhook: Webhook
    plain: str = field(repr=False)


def set_mail(*, on: bool, actor: Actor, now: datetime) -> None:
    """Let notices of the tenant be mailed, or not; doing it twice changes and records nothing.

    Errors: Forbidden.
    """
    require(actor, Action.MANAGE_NOTICES)
    with transaction.atomic():
        lock_tenant(actor.tenant_id)
        tenant = Tenant.objects.get(pk=actor.tenant_id)
        if tenant.mails_notices == on:
            return
        tenant.mails_notices = on
        tenant.save(update_fields=["mails_notices", "updated_at"])
        before, after = {"mails_notices": not on}, {"mails_notices": on}
        audit.record("notices.mail.set", tenant, actor=actor, now=now, before=before, after=after)


def set_webhook(url: str, *, actor: Actor, now: datetime) -> NewSecret | None:
    """Post the notices of the tenant to ``url`` from now on.

    Return the signing secret where the tenant had no webhook; a new address keeps the secret.
    Errors: Forbidden; ProofRequired; RuleBroken (field url).
    """
    require(actor, Action.SET_WEBHOOK)
    url = check_url(url)
    with transaction.atomic():
        lock_tenant(actor.tenant_id)
        webhook = Webhook.objects.filter(tenant_id=actor.tenant_id).first()
        if webhook is None:
            return _with_new_secret(
                Webhook(tenant_id=actor.tenant_id, url=url), "webhook.added", actor=actor, now=now
            )
        before, was = str(webhook), webhook.url
        webhook.url = url
        if was != url:
            webhook.set_at, webhook.set_by = now, actor.name
            webhook.save(update_fields=["url", "set_at", "set_by"])
            audit.record(
                "webhook.edited",
                webhook,
                actor=actor,
                now=now,
                before={"url": before},
                after={"url": str(webhook)},
            )
    return None


def renew_secret(*, actor: Actor, now: datetime) -> NewSecret:
    """Sign with a new secret from now on; what is signed with the former one no longer is.

    Errors: Forbidden; ProofRequired; NotFound where there is no webhook.
    """
    require(actor, Action.SET_WEBHOOK)
    with transaction.atomic():
        webhook = _locked(actor)
        return _with_new_secret(webhook, "webhook.secret.renewed", actor=actor, now=now)


def remove_webhook(*, actor: Actor, now: datetime) -> None:
    """Post nothing from now on; messages on their way fail.

    Errors: Forbidden; ProofRequired; NotFound where there is no webhook.
    """
    require(actor, Action.SET_WEBHOOK)
    with transaction.atomic():
        webhook = _locked(actor)
        before = {"url": str(webhook)}
        audit.record("webhook.removed", webhook, actor=actor, now=now, before=before)
        webhook.delete()


def send_test(channel: str, *, to: str, actor: Actor, now: datetime) -> Delivery:
    """Queue a message that tells of no secret: to the webhook, or by mail ``to`` the actor.

    Errors: Forbidden; RuleBroken where that way is not open.
    """
    require(actor, Action.MANAGE_NOTICES)
    if channel == Delivery.Channel.MAIL and not (to and conf.sends_mail()):
        raise RuleBroken(gettext_noop("Your account has no e-mail address, or no mail is sent."))
    with transaction.atomic():
        if channel == Delivery.Channel.WEBHOOK:
            to = str(_locked(actor))
        delivery = Delivery(
            tenant_id=actor.tenant_id,
            channel=Delivery.Channel(channel),
            recipient=to,
            is_test=True,
            made_at=now,
            try_at=now,
        )
        deliveries.queue(delivery)
        audit.record("notice.tested", delivery, actor=actor, now=now)
    return delivery


def _locked(actor: Actor) -> Webhook:
    rows = Webhook.objects.select_for_update().filter(tenant_id=actor.tenant_id)
    webhook = rows.first()
    if webhook is None:
        raise NotFound(gettext_noop("There is no webhook."))
    return webhook


def _with_new_secret(webhook: Webhook, action: str, *, actor: Actor, now: datetime) -> NewSecret:
    webhook.salt = secrets.token_bytes(_SALT_BYTES)
    webhook.key_id = derived_keys.current_key(derived_keys.WEBHOOKS).id
    webhook.set_at, webhook.set_by = now, actor.name
    webhook.save()
    audit.record(action, webhook, actor=actor, now=now, after={"url": str(webhook)})
    return NewSecret(webhook, secret_of(webhook))
