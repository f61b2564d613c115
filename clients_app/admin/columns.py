"""How values are shown: moments to the second, with their zone, and what is empty as a line."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from clients_app.templatetags.moments import zone_name

EMPTY = SafeString("-")


def column(model: type[Model], name: str) -> str | Callable[[Any], str]:
    """Return what shows the column: for a moment a function, for anything else its name."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if not isinstance(field, DateTimeField):
        return name

    def shown(row: Any) -> str:
        moment = getattr(row, name)
        if moment is None:
            return EMPTY
        local = timezone.localtime(moment)
        return f"{date_format(local, 'j M Y, H:i:s')} {zone_name(moment)}"

    shown.__name__ = name
    return admin.display(shown, description=field.verbose_name, ordering=name)


def lines(form: str, rows: Iterable[Any]) -> SafeString:
    """Return the rows, each as ``form`` says, under each other."""
    return format_html_join(SafeString("<br>"), form, rows) or EMPTY


def words(values: Iterable[object]) -> str:
    """Return the values with commas between them."""
    return ", ".join(str(value) for value in values) or EMPTY
