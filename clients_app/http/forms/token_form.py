"""A token to inspect. It comes back to no page, so that none keeps it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import PortalForm
from clients_app.limits import INSPECTED_TOKEN_MAX


class TokenField(forms.CharField):
    """A pasted token, which the form does not show again."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> str:
        """Return what the form shows."""
        return ""


class TokenForm(PortalForm):
    """The token as it was pasted: perhaps with "Bearer", or with line breaks."""

    never_kept = ("token",)

    token = TokenField(
        label=_("Token"),
        max_length=INSPECTED_TOKEN_MAX,
        error_messages={
            "required": _("Paste a token."),
            "max_length": _("This is longer than any token of this portal."),
        },
    )

    def clean_token(self) -> str:
        """Return the token alone."""
        words: list[str] = self.cleaned_data["token"].split()
        is_named = len(words) > 1 and words[0].rstrip(":").lower() in {"bearer", "authorization"}
        return "".join(words[1:] if is_named else words).removeprefix("Bearer")
