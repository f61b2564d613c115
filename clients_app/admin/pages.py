"""The pages of operations, in the style of Django's admin site."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app import conf
from clients_app.admin.site import site
from clients_app.http.forms.portal_form import form_key_of
from clients_app.identity.kept_forms import notice_of
from clients_app.models import Client

Subject = Model | type[Model]  # a page is about a row, or about all rows of a model


def show_form(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    button: str,
    subject: Subject,
    lines: Iterable[str] = (),
    method: str = "post",
    below: str = "",
) -> HttpResponse:
    """Show a form below ``lines``, with status 422 if it has errors.

    ``below`` is the template of what stands between the fields and the button.
    """
    for field in form.fields.values():
        if type(field.widget) is forms.TextInput:
            field.widget.attrs |= {"class": "vTextField", "autocomplete": "off"}
        elif type(field.widget) is forms.Textarea:
            field.widget.attrs |= {"class": "vLargeTextField", "rows": 3}
    fieldsets = [(None, {"fields": list(form.fields)})]
    context = {
        "form": form,
        "adminform": AdminForm(form, fieldsets, {}),  # type: ignore[arg-type]  # takes any form
        "button": button,
        "lines": lines,
        "method": method,
        "below": below,
        "form_key": form_key_of(request.POST) if method == "post" else "",
    }
    status = 422 if form.errors else 200
    return show(request, "operation", context, title=title, subject=subject, status=status)


@sensitive_variables("plain", "context")
def show_plain_secret(request: HttpRequest, client: Client, plain: str, title: str) -> HttpResponse:
    """Show Client Id and Client Secret, which no other page shows; ``plain`` may be empty."""
    context = {"plain": plain, "token_address": f"{conf.issuer()}/connect/token"}
    return show(request, "plain_secret", context, title=title, subject=client)


def show_already_added(request: HttpRequest, client: Client) -> HttpResponse:
    """Answer a form that was sent twice: the secret was shown by the first answer only."""
    title = gettext("Already Added")
    return show(request, "already_added", {}, title=title, subject=client, status=409)


@sensitive_variables("context")
def show(
    request: HttpRequest,
    screen: str,
    context: dict[str, Any],
    *,
    title: str,
    subject: Subject,
    status: int = 200,
) -> HttpResponse:
    """Return the page ``screen`` about ``subject``."""
    frame = {
        **site.each_context(request),
        "title": title,
        "opts": subject._meta,
        "original": subject if isinstance(subject, Model) else None,
        "back": page_of(subject),
        "notice": notice_of(request),
    }
    return render(request, f"admin/{screen}.html", {**frame, **context}, status=status)


def done(request: HttpRequest, message: str, subject: Subject) -> HttpResponse:
    """Redirect to the page of ``subject``, which shows ``message``; it never has a secret."""
    messages.success(request, message)
    return HttpResponseRedirect(page_of(subject), status=303)  # RFC 9110 section 15.4.4


def page_of(subject: Subject) -> str:
    """Return the address of a row's page, or of a model's list."""
    label = f"admin:clients_app_{subject._meta.model_name}"
    if isinstance(subject, Model):
        return reverse(f"{label}_change", args=[subject.pk])
    return reverse(f"{label}_changelist")
