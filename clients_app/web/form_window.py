"""The steps that windows with a form share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict

from clients_app.errors import AlreadyAdded, ChangedMeanwhile, Refused
from clients_app.identity.kept_forms import is_sent
from clients_app.web.forms.url_lists import after_url_step, is_url_step
from clients_app.web.forms.window_form import WindowForm
from clients_app.web.htmx import show

Form = TypeVar("Form", bound=WindowForm)


def form_window(
    request: HttpRequest,
    screen: str,
    form_class: type[Form],
    save: Callable[[Form], HttpResponse],
    *,
    title: str,
    context: Callable[[Form], dict[str, Any]] = lambda form: {},
    latest: Callable[[], Any] | None = None,
    fragments: tuple[str, ...] = ("window",),
    typed: QueryDict | None = None,
    **form_arguments: Any,
) -> HttpResponse:
    """Return the window with its form, or what ``save`` returns for a valid form that was sent.

    An invalid form, or one that ``save`` refuses, comes back with its errors and status 422. If
    someone else changed the row, the form shows what ``latest`` returns next to what was typed.
    """

    def ask(form: Form, status: int = 200) -> HttpResponse:
        shown = {"form": form, **context(form)}
        return show(request, screen, shown, title=title, fragments=fragments, status=status)

    if not is_submitted(request):
        return ask(form_class.shown(after_url_step(typed or request.POST), **form_arguments))
    form = form_class(request.POST, **form_arguments)
    if not form.is_valid():
        return ask(form, 422)
    try:
        return save(form)
    except AlreadyAdded:  # there is nothing to correct: ``signed_in`` answers
        raise
    except Refused as error:
        form.add_broken(error)
        if latest is not None and isinstance(error, ChangedMeanwhile):
            changed: Any = form
            changed.show_changes(latest())
        return ask(form, 422)


def is_submitted(request: HttpRequest) -> bool:
    """Return whether a form was sent to be saved, not only to be shown with a change."""
    return is_sent(request) and not is_url_step(request.POST) and "preview" not in request.POST


def focus_of(request: HttpRequest, form: WindowForm, *, default: str) -> str:
    """Return the field that gets the focus: the first wrong one, or the list of a URL step."""
    step = request.POST.get("add_url", request.POST.get("remove_url", "")).partition(":")[0]
    return form.first_wrong or (step if step in form.fields else default)
