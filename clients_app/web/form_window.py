"""The steps that windows with a form share."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from clients_app.errors import ChangedMeanwhile, Refused, SentBefore
from clients_app.http.forms.portal_form import PortalForm, form_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.web.forms.url_lists import after_url_step, is_url_step
from clients_app.web.htmx import show

Form = TypeVar("Form", bound=PortalForm)

_NOTHING: Final[dict[str, Any]] = {}


class Screen(NamedTuple):
    """A screen with a form as ``show`` takes it.

    ``context`` is what it shows beside the form, or a function of the form.
    """

    name: str
    title: str
    context: dict[str, Any] | Callable[[Any], dict[str, Any]] = _NOTHING
    fragments: tuple[str, ...] = ("window",)


def form_window(
    request: HttpRequest,
    screen: Screen,
    form_class: type[Form],
    save: Callable[[Form], HttpResponse],
    *,
    typed: QueryDict | None = None,
    acts_once: bool = False,
    **form_arguments: Any,
) -> HttpResponse:
    """Return the window with its form, or what ``save`` returns for a valid form that was sent.

    An invalid form, or one that ``save`` refuses, comes back with its errors and status 422. If
    someone else changed the row, the form shows its values next to what was typed.
    With ``acts_once`` it carries a form key, for ``once`` or an operation that takes one.
    """
    make = form_class if is_submitted(request) else form_class.shown
    form: Form = make(after_url_step(typed or request.POST), **form_arguments)
    if form.is_valid():
        try:
            return save(form)
        except SentBefore:  # nothing to correct: see ``access``
            raise
        except Refused as error:
            form.add_broken(error)
            if isinstance(error, ChangedMeanwhile):
                changed: Any = form
                changed.show_changes(error.row)
    name, title, context, fragments = screen
    more = context(form) if callable(context) else context
    if acts_once:
        more = {**more, "form_key": form_key_of(request.POST)}
    shown, status = {"form": form, **more}, 422 if form.errors else 200
    return show(request, name, shown, title=title, fragments=fragments, status=status)


def is_submitted(request: HttpRequest) -> bool:
    """Return whether a form was sent to be saved, not only to be shown with a change."""
    return is_sent(request) and not is_url_step(request.POST) and "preview" not in request.POST


def edited_by(request: HttpRequest, form: PortalForm) -> dict[str, Any]:
    """Return who edits the row, when, and which version the form showed, as services ask for it."""
    version = form.cleaned_data["version"]
    return {"expected_version": version, "actor": actor_of(request), "now": timezone.now()}


def added_by(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Return who adds a row, when, and with which form key, as services ask for it."""
    return {"actor": actor_of(request), "now": now, "form_key": form_key_of(request.POST)}


def focus_of(request: HttpRequest, form: PortalForm) -> str:
    """Return the field with the focus: the first wrong one, the list of a URL step, or the name."""
    step = request.POST.get("add_url", request.POST.get("remove_url", "")).partition(":")[0]
    return form.first_wrong or (step if step in form.fields else "name")
