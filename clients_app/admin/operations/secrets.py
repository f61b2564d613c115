"""Add, Rotate and Remove Secret."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app.admin.forms.operation_form import OperationForm, data_of
from clients_app.admin.forms.secret_form import RotateForm, SecretForm
from clients_app.admin.operations.plain_secret import show_already_added, show_plain_secret
from clients_app.admin.pages import done, show_form
from clients_app.errors import AlreadyAdded, RuleBroken
from clients_app.http.ruled_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import keeps
from clients_app.models import ClientSecret
from clients_app.selectors.tenants.installation import present_client, present_secret
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.form_keys import refuse_used
from clients_app.services.secrets.changes import add_secret, remove_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.templatetags.moments import day_time


@sensitive_variables("added")
@keeps(SecretForm, "form_key")
def secret_add(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Give a client a new secret and show it once."""
    client, now = present_client(client_id), timezone.now()
    form = SecretForm(data_of(request), now=now, policy=tenant_policy(client.tenant_id))
    if form.is_valid():
        try:
            added = add_secret(
                client,
                form.secret_draft(),
                actor=actor_of(request, tenant_id=client.tenant_id),
                now=now,
                form_key=form_key_of(request.POST),
            )
        except AlreadyAdded:
            return show_already_added(request, client)
        except RuleBroken as error:
            form.add_broken(error)
        else:
            title = gettext("Secret Successfully Added")
            return show_plain_secret(request, client, added.plain, title=title)
    return show_form(
        request,
        form,
        title=gettext("Add Secret"),
        button=gettext("Add"),
        subject=client,
        form_key=form_key_of(request.POST),
    )


@sensitive_variables("rotated")
@keeps(RotateForm, "form_key")
def secret_rotate(request: HttpRequest, secret_id: int) -> HttpResponse:
    """Give a secret a successor, shown once, and an end."""
    secret, now = present_secret(secret_id), timezone.now()
    client, actor = secret.client, actor_of(request, tenant_id=secret.client.tenant_id)
    try:
        if request.method == "POST":  # the first try may have ended the secret at once
            refuse_used(form_key_of(request.POST), actor=actor)
        form = RotateForm(
            data_of(request),
            secret_id=secret.pk,
            secrets=list(client.secrets.live(now)),
            now=now,
            policy=tenant_policy(client.tenant_id),
        )
        if form.is_valid():
            rotated = rotate_secret(
                client,
                secret.pk,
                form.secret_draft(),
                old_ends_at=form.cleaned_data["old_ends_at"],
                remove_id=form.cleaned_data.get("remove"),
                actor=actor,
                now=now,
                form_key=form_key_of(request.POST),
            )
            title = gettext("Secret Successfully Added")
            return show_plain_secret(request, client, rotated.plain, title=title)
    except AlreadyAdded:
        return show_already_added(request, client)
    except RuleBroken as error:
        form.add_broken(error)
    return show_form(
        request,
        form,
        title=gettext("Rotate the secret %(secret)s") % {"secret": secret},
        button=gettext("Rotate"),
        subject=secret,
        lines=(gettext("It belongs to %(client)s.") % {"client": client}, _last_used(secret)),
        form_key=form_key_of(request.POST),
    )


def secret_remove(request: HttpRequest, secret_id: int) -> HttpResponse:
    """Take a secret away; the page says when it was last used."""
    secret, form = present_secret(secret_id), OperationForm(data_of(request))
    client = secret.client
    if form.is_valid():
        actor = actor_of(request, tenant_id=client.tenant_id)
        remove_secret(client, secret.pk, actor=actor, now=timezone.now())
        return done(request, gettext("The secret is removed."), subject=client)
    return show_form(
        request,
        form,
        title=gettext("Remove the secret %(secret)s?") % {"secret": secret},
        button=gettext("Remove Secret"),
        subject=secret,
        lines=(
            gettext("It belongs to %(client)s.") % {"client": client},
            _last_used(secret),
            gettext("It gets no token from this moment on. This cannot be undone."),
        ),
    )


def _last_used(secret: ClientSecret) -> str:
    last = secret.usage.order_by("-hour").values_list("last_at", flat=True).first()
    if last is None:
        return gettext("It has never been used.")
    return gettext("It was last used: %(when)s.") % {"when": day_time(last)}
