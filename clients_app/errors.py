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
    """Anything that stopped a deed; nothing was changed."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class RuleBroken(PortalError):
    """A value breaks a rule of the product; ``field`` names the input, None the whole form."""

    def __init__(self, sentence: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(sentence, **values)
        self.field = field


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


class Conflict(PortalError):
    """The rows are not what the actor saw, or a name is taken; ``field`` as in RuleBroken."""

    def __init__(self, sentence: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(sentence, **values)
        self.field = field


class ChangedMeanwhile(Conflict):
    """What a form was opened with is not what the row says now."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop(
                "Someone changed this while the form was open. Nothing was saved. "
                "Compare with what it is now, then save again."
            )
        )


class AlreadyAdded(Conflict):
    """This form was sent before and its first try was saved."""

    def __init__(self, client_id: UUID) -> None:
        super().__init__(gettext_noop("Already added. Its secret cannot be shown; add a new one."))
        self.client_id = client_id
