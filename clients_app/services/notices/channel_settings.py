"""Operations on the channels of a tenant: set, test, remove, renew the signing secret."""

from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import ChangedMeanwhile, NotFound, RuleBroken, gettext_noop
from clients_app.limits import URL_MAX
from clients_app.models import Delivery, NoticeChannel
from clients_app.permissions import Action, require
from clients_app.services.locks import lock_tenant
from clients_app.services.notices import signing
from clients_app.services.notices.channel import Channel, Settings
from clients_app.services.notices.table import CHANNELS


def set_channel(
    name: str, settings: Settings, *, actor: Actor, now: datetime, seen: str | None = None
) -> str | None:
    """Send the tenant's notices as ``settings`` specify; the same settings again change nothing.

    Return the signing secret, readable only now, of a new channel that signs; others keep theirs.
    ``seen`` is the stamp of the channel when the form was opened; None: no form.
    Errors: Forbidden; ProofRequired; NotFound for no channel; RuleBroken with the field's name;
    ChangedMeanwhile.
    """
    channel = channel_named(name)
    require(actor, channel.action)
    settings = channel.check(settings)
    with transaction.atomic():
        lock_tenant(actor.tenant_id)
        row = NoticeChannel.objects.filter(tenant_id=actor.tenant_id, channel=name).first()
        before = row.settings if row else channel.defaults
        if before == settings:
            return None
        if seen is not None and seen != stamp_of(row):
            raise ChangedMeanwhile(row.set_by if row else "")
        public = channel.public(settings)
        row = row or NoticeChannel(tenant_id=actor.tenant_id, channel=name)
        texts = (value for value in public.values() if isinstance(value, str))
        row.settings, row.shown = settings, next(texts, str(channel.label))[:URL_MAX]
        is_first_secret = channel.signs and not row.key_id
        if is_first_secret:
            signing.renew(row)
        _save(row, actor=actor, now=now)
        audit.record(
            "channel.added" if before is None else "channel.edited",
            row,
            actor=actor,
            now=now,
            before=channel.public(before) if before else None,
            after=public,
        )
    return signing.secret_of(row) if is_first_secret else None


def renew_secret(name: str, *, actor: Actor, now: datetime) -> str:
    """Return a new signing secret, readable only now; the former one no longer verifies anything.

    Errors: Forbidden; ProofRequired; NotFound where the channel is not set or does not sign.
    """
    channel = channel_named(name)
    require(actor, channel.action)
    with transaction.atomic():
        row = _locked(channel, actor)
        if not row.key_id:
            raise NotFound(gettext_noop("This channel has no signing secret."))
        signing.renew(row)
        _save(row, actor=actor, now=now)
        audit.record("channel.secret.renewed", row, actor=actor, now=now)
    return signing.secret_of(row)


def remove_channel(name: str, *, actor: Actor, now: datetime) -> None:
    """Send nothing on this channel from now on; messages on their way fail.

    Errors: Forbidden; ProofRequired; NotFound where it is not set.
    """
    channel = channel_named(name)
    require(actor, channel.action)
    with transaction.atomic():
        row = _locked(channel, actor)
        before = channel.public(row.settings)
        audit.record("channel.removed", row, actor=actor, now=now, before=before)
        row.delete()


def send_test(name: str, *, email: str, actor: Actor, now: datetime) -> Delivery:
    """Queue a message without secrets; by mail it goes to ``email``, the actor's address.

    Errors: Forbidden; NotFound where the channel is not set; RuleBroken where nothing can be sent.
    """
    require(actor, Action.MANAGE_NOTICES)
    channel = channel_named(name)
    with transaction.atomic():
        row = None if channel.defaults else _locked(channel, actor)
        recipient = channel.test_recipient(row, email=email)
        if not recipient:
            sentence = "Your account has no email address, or no mail is sent."
            raise RuleBroken(gettext_noop(sentence))
        delivery = Delivery.objects.create(
            tenant_id=actor.tenant_id,
            channel=name,
            recipient=recipient,
            is_test=True,
            created_at=now,
            try_at=now,
        )
        audit.record("notice.tested", delivery, actor=actor, now=now)
    return delivery


def stamp_of(row: NoticeChannel | None) -> str:
    """Return a text that changes whenever the channel is set; empty if it is not."""
    return row.set_at.isoformat() if row else ""


def channel_named(name: str) -> Channel:
    """Return the channel.

    Errors: NotFound.
    """
    if name not in CHANNELS:
        raise NotFound(gettext_noop("There is no such channel."))
    return CHANNELS[name]


def _locked(channel: Channel, actor: Actor) -> NoticeChannel:
    rows = NoticeChannel.objects.select_for_update()
    row = rows.filter(tenant_id=actor.tenant_id, channel=channel.name).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such channel."))
    return row


def _save(row: NoticeChannel, *, actor: Actor, now: datetime) -> None:
    row.set_at, row.set_by = now, actor.name
    row.save()
