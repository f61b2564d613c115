"""A form of an operation; without fields it asks for nothing but the click."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, QueryDict

from clients_app.http.ruled_form import RuledForm
from clients_app.identity.kept_forms import BACK


class OperationForm(RuledForm):
    """A form on a page of its own, in the looks of the admin site."""

    help_texts: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            field.help_text = self.help_texts.get(name, field.help_text)
            if type(field.widget) is forms.TextInput:
                field.widget.attrs |= {"class": "vTextField", "autocomplete": "off"}
            elif type(field.widget) is forms.Textarea:
                field.widget.attrs |= {"class": "vLargeTextField", "rows": 3}

    def is_valid(self) -> bool:
        """Return False also where the form was sent only to be shown filled."""
        return BACK not in self.data and super().is_valid()


def data_of(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, for a form of an operation; None where the page is only opened."""
    return request.POST if request.method == "POST" else None
