"""Which person an account at a provider belongs to, and what their claims change here (SES-8).

A person is found by the subject of the account, linked once: by the command line, by an email
address that the provider says is verified, or when the person is added at their first sign-in.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken, gettext_noop
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.models import Person, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.names import key_of
from clients_app.rules.sign_on_providers import SignOnProvider, role_names
from clients_app.selectors.tenants.installation import only_tenant
from clients_app.services.locks import lock_tenant
from clients_app.services.people.accounts import add_person, assign_person_roles, managed

_BY_OPERATOR: Final = {"linked_by": "command line"}  # such a link also serves Staff

log = logging.getLogger("clients_app.sign_on")


def account_id(provider: SignOnProvider, subject: str) -> str:
    """Return what an account is found by: subjects are unique only with their issuer."""
    return hashlib.sha256(f"{provider.issuer}\0{subject}".encode()).hexdigest()


def has_account(person: Person, provider: SignOnProvider, subject: str) -> bool:
    """Return whether the account with ``subject`` is that of ``person``."""
    uid = account_id(provider, subject)
    return SocialAccount.objects.filter(user_id=person.pk, uid=uid).exists()


@transaction.atomic
def person_behind(provider: SignOnProvider, claims: Mapping[str, Any], *, now: datetime) -> Person:
    """Return the person of an account, with the roles that ``claims`` give. Errors: SignOnRefused.

    They are added, if the provider may, or their account is linked now, if it is new.
    """
    accounts = SocialAccount.objects.filter(uid=account_id(provider, claims["sub"]))
    account = accounts.first()
    if account is None:
        _lock_tenant(provider, claims)
        account = accounts.all().first()  # another request may have been first
    if account is None:
        person = _by_email(provider, claims) or _added(provider, claims, now=now)
        _refuse_unfit(person, provider, by_operator=False)
        _accept_invitation(person, provider, now=now)
        actor = Actor.system(person.tenant_id)
        _link(person, provider, claims["sub"], {}, actor=actor, now=now)
    else:
        person = Person.objects.get(pk=account.user_id)
        _refuse_unfit(person, provider, by_operator=account.extra_data == _BY_OPERATOR)
    names = role_names(provider, claims)
    return person if names is None else _with_roles(person, names, provider, now=now)


def link_account(
    person: Person, provider: SignOnProvider, subject: str, *, actor: Actor, now: datetime
) -> None:
    """Let ``person`` sign in with the account of ``subject`` at ``provider``, instead of any other.

    Errors: Conflict if the account is somebody else's; Forbidden; NotFound.
    """
    with transaction.atomic():
        person = managed(person, actor=actor)
        taken = SocialAccount.objects.filter(uid=account_id(provider, subject))
        if taken.exclude(user_id=person.pk).exists():
            raise Conflict(gettext_noop("This account belongs to somebody else."), field="subject")
        SocialAccount.objects.filter(user_id=person.pk, provider=provider.id).delete()
        _link(person, provider, subject, _BY_OPERATOR, actor=actor, now=now)


def unlink_accounts(person: Person, *, actor: Actor, now: datetime) -> bool:
    """Unlink all accounts of ``person`` at providers; return whether there were any.

    Their sessions end. Errors: Forbidden; NotFound.
    """
    with transaction.atomic():
        person = managed(person, actor=actor)
        removed, _ = SocialAccount.objects.filter(user_id=person.pk).delete()
        if removed:
            person.access_version += 1
            person.save(update_fields=["access_version"])
            audit.record("person.account.unlinked", person, actor=actor, now=now)
    return bool(removed)


def _lock_tenant(provider: SignOnProvider, claims: Mapping[str, Any]) -> None:
    """Make first sign-ins of people of the same tenant wait for each other."""
    person = _with_email(_verified_email(claims))
    tenant = person.tenant if person else tenant_of(provider)
    if tenant is not None:
        lock_tenant(tenant.pk)


def _by_email(provider: SignOnProvider, claims: Mapping[str, Any]) -> Person | None:
    """Return the person with the email address that the provider says is verified.

    Nobody who has another account there: the address may have been given to somebody new.
    """
    person = _with_email(_verified_email(claims))
    if person is None:
        return None
    if SocialAccount.objects.filter(user_id=person.pk, provider=provider.id).exists():
        detail = "the email address belongs to a person with another account there"
        raise SignOnRefused("unknown", provider, detail=detail, username=person.username)
    return person


def _added(provider: SignOnProvider, claims: Mapping[str, Any], *, now: datetime) -> Person:
    tenant = tenant_of(provider)
    if not provider.creates_people or tenant is None:
        raise SignOnRefused("unknown", provider, detail="nobody has this account")
    email = _verified_email(claims)
    username = _text(claims, "preferred_username") or email or claims["sub"]
    try:
        return add_person(
            username,
            role_ids=frozenset(),
            actor=Actor.system(tenant.pk),
            now=now,
            name=_text(claims, "name"),
            email=email,
        )
    except (Conflict, RuleBroken) as error:
        raise SignOnRefused("taken", provider, detail=str(error)) from error


def tenant_of(provider: SignOnProvider) -> Tenant | None:
    """Return the tenant of the provider's people, if there is just one."""
    if not provider.tenant:
        return only_tenant()
    return Tenant.objects.filter(name_key=key_of(provider.tenant)).first()


def _refuse_unfit(person: Person, provider: SignOnProvider, *, by_operator: bool) -> None:
    fault, detail = "", ""
    if person.is_staff and not by_operator:
        fault, detail = "staff", "the person is Staff"
    elif provider.tenant and key_of(provider.tenant) != person.tenant.name_key:
        fault, detail = "unknown", "the person is in another tenant"
    elif not person.is_active:
        fault, detail = "deactivated", "the person is deactivated"
    if fault:
        raise SignOnRefused(fault, provider, detail=detail, username=person.username)


def _accept_invitation(person: Person, provider: SignOnProvider, *, now: datetime) -> None:
    """Let a first sign-in accept the invitation of ``person``, unless it expired."""
    if person.invitation_ends_at is None:
        return
    if person.invitation_ends_at <= now:
        detail = "the invitation has expired"
        raise SignOnRefused("unknown", provider, detail=detail, username=person.username)
    person.invitation_ends_at, person.must_mail_invitation = None, False
    person.access_version += 1  # the link ends
    person.save(update_fields=["invitation_ends_at", "must_mail_invitation", "access_version"])


def _link(
    person: Person,
    provider: SignOnProvider,
    subject: str,
    data: dict[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    uid = account_id(provider, subject)
    SocialAccount.objects.create(user=person, provider=provider.id, uid=uid, extra_data=data)
    after = {"provider": provider.name}
    audit.record("person.account.linked", person, actor=actor, now=now, after=after)


def _with_roles(
    person: Person, names: frozenset[str], provider: SignOnProvider, *, now: datetime
) -> Person:
    """Give ``person`` exactly these roles; the last Tenant Administrator stays one (PER-5)."""
    tenant_roles = Role.objects.for_tenant(person.tenant_id)
    wanted = {role.pk for role in tenant_roles.filter(name_key__in=[key_of(n) for n in names])}
    actor = Actor.system(person.tenant_id)
    try:
        return assign_person_roles(person, frozenset(wanted), actor=actor, now=now)
    except RuleBroken as error:
        held = person.roles.filter(role_type_id=TENANT_ADMINISTRATOR).first()
        if held is None or held.pk in wanted:
            raise SignOnRefused("roles", provider, detail=str(error)) from error
        log.warning("%s takes no role away: %s", provider.name, error)
    try:
        kept = frozenset({*wanted, held.pk})
        return assign_person_roles(person, kept, actor=actor, now=now)
    except RuleBroken as error:
        raise SignOnRefused("roles", provider, detail=str(error)) from error


def _with_email(email: str) -> Person | None:
    """Return the person with this address, ignoring only the case of ASCII letters.

    Keys of names are equal for letters that look alike, but two domains that do so, such as one
    with "ss" and one with a sharp s, have different owners.
    """
    person = Person.objects.filter(email_key=key_of(email)).first() if email else None
    if person is None or person.email == email:
        return person
    are_ascii = person.email.isascii() and email.isascii()
    return person if are_ascii and person.email.lower() == email.lower() else None


def _verified_email(claims: Mapping[str, Any]) -> str:
    return _text(claims, "email") if claims.get("email_verified") is True else ""


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
