"""What can go wrong below the doors. Each door translates these in one place.

Sentences are written for a person, in English, and marked for translation with ``gettext_noop``;
the doors pass ``error.sentence`` through gettext and fill in ``error.values``.
"""

from typing import Any
from uuid import UUID


def gettext_noop(sentence: str) -> str:
    """Mark ``sentence`` for translation and return it unchanged."""
    return sentence


class PortalError(Exception):
    """Anything that stopped an operation; nothing was changed."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class Refused(PortalError):
    """A draft cannot be saved as it is.

    ``field`` is the path in the draft, without a suffix for unit or kind: ``name``, ``roles``,
    ``token_lifetime``, ``secret.expiration``. None means the whole draft.
    """

    def __init__(self, sentence: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(sentence, **values)
        self.field = field


class RuleBroken(Refused):
    """A value breaks a rule of the product."""


class Conflict(Refused):
    """The rows are not what the actor saw, or a name is taken."""


class Forbidden(PortalError):
    """The actor may not do this: ``action`` is what they tried, to ``client`` if there is one."""

    def __init__(
        self, sentence: str, *, action: str = "", client: Any = None, **values: Any
    ) -> None:
        super().__init__(sentence, **values)
        self.action = action
        self.client = client


class ProofRequired(PortalError):
    """A person must prove who they are before this; the sentence says why it is asked."""


class NotFound(PortalError):
    """There is no such thing in the actor's tenant."""


class ChangedMeanwhile(Conflict):
    """The row is of another version than the form; ``by`` is who changed it, if that is known."""

    def __init__(self, by: str = "") -> None:
        super().__init__(
            gettext_noop(
                "%(by)s changed this while the form was open. Nothing was saved. "
                "Compare with what it is now, then save again."
            ),
            by=by or "Someone",
        )


class AlreadyAdded(Conflict):
    """This form was sent before and its first try was saved."""

    def __init__(self, client_id: UUID) -> None:
        super().__init__(gettext_noop("Already added. Its secret cannot be shown; add a new one."))
        self.client_id = client_id
