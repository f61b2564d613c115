"""Error messages in the language of the reader."""

from django.utils.translation import gettext

from clients_app.errors import PortalError


def sentence_of(error: PortalError) -> str:
    """Return the sentence of an error, with its values filled in."""
    sentence = gettext(error.sentence)
    filled = sentence % error.values if error.values else sentence
    return f"{error.about}: {filled}" if error.about else filled
