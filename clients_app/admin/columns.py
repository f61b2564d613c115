"""How columns show values: moments to the second with their zone, empty values as a hyphen."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.contrib import admin
from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clients_app.templatetags.moments import zone_name

EMPTY = SafeString("-")
_LABELS: Final = {"next_expires_at": _("next expiration")}  # by field, where its name reads odd
Column = str | Callable[[Any], str]


def column(model: type[Model], name: Any) -> Column:
    """Return what the admin site shows for a column: a function for moments, else ``name``."""
    field = next((field for field in model._meta.fields if field.name == name), None)
    if not isinstance(field, DateTimeField):
        return name

    def show(row: Any) -> str:
        moment = getattr(row, name)
        if moment is None:
            return EMPTY
        local = timezone.localtime(moment)
        return f"{date_format(local, 'j M Y, H:i:s')} {zone_name(moment)}"

    show.__name__ = name
    label = _LABELS.get(name, field.verbose_name)
    return admin.display(show, description=label, ordering=name)


def on_lines(template: str, rows: Iterable[Any]) -> SafeString:
    """Return the rows formatted by ``template``, one on each line."""
    return format_html_join(SafeString("<br>"), template, rows) or EMPTY


def joined(values: Iterable[object]) -> str:
    """Return the values separated by commas."""
    return ", ".join(str(value) for value in values) or EMPTY
