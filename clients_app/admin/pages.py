"""The pages of deeds, in the looks of Django's admin site."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from clients_app.admin.site import site
from clients_app.identity.kept_forms import notice_of


def show_form(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    button: str,
    subject: Model | type[Model],
    lines: tuple[str, ...] = (),
    method: str = "post",
    form_key: str = "",
) -> HttpResponse:
    """Show a form about ``subject``, 422 where something in it is wrong.

    ``lines`` stand above it; a form without fields asks for nothing but the click.
    """
    fieldsets = [(None, {"fields": list(form.fields)})]
    context = {
        "form": form,
        "adminform": AdminForm(form, fieldsets, {}),  # type: ignore[arg-type]  # takes any form
        "button": button,
        "lines": lines,
        "method": method,
        "form_key": form_key,
    }
    status = 422 if form.is_bound and form.errors else 200
    return show(request, "deed", context, title=title, subject=subject, status=status)


def show(
    request: HttpRequest,
    screen: str,
    context: dict[str, Any],
    *,
    title: str,
    subject: Model | type[Model],
    status: int = 200,
) -> HttpResponse:
    """Answer with a page about a row, or about all rows of a model."""
    around = {
        **site.each_context(request),
        "title": title,
        "opts": subject._meta,
        "original": subject if isinstance(subject, Model) else None,
        "back": page_of(subject),
        "notice": notice_of(request),
    }
    return render(request, f"admin/{screen}.html", {**around, **context}, status=status)


def done(request: HttpRequest, said: str, *, subject: Model | type[Model]) -> HttpResponse:
    """Say what happened on the page of ``subject``; what is said never holds a secret."""
    messages.success(request, said)
    return see_other(page_of(subject))


def see_other(to: str) -> HttpResponse:
    """Redirect with status 303: what follows is always a GET (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(to)
    response.status_code = 303
    return response


def page_of(subject: Model | type[Model]) -> str:
    """Return the address of a row's page, or of a model's list."""
    label = f"admin:clients_app_{subject._meta.model_name}"
    if isinstance(subject, Model):
        return reverse(f"{label}_change", args=[subject.pk])
    return reverse(f"{label}_changelist")
