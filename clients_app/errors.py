"""The errors of operations. Each door translates them in one place.

Sentences are in English and marked for translation with ``gettext_noop``; the doors translate
``error.sentence`` and fill in ``error.values``.
"""

from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")


def gettext_noop(sentence: str) -> str:
    """Mark ``sentence`` for translation and return it unchanged."""
    return sentence


class PortalError(Exception):
    """An operation failed and changed nothing.

    ``about`` is the name of the client that is the reason, in an operation on several of them.
    """

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values
        self.about = ""

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


class Refused(PortalError):
    """A draft cannot be saved.

    ``field`` is the path in the draft, without a suffix for unit or kind: ``name``, ``roles``,
    ``token_lifetime``, ``secret.expiration``. None means the whole draft.
    """

    def __init__(self, sentence: str, *, field: str | None = None, **values: Any) -> None:
        super().__init__(sentence, **values)
        self.field = field


class RuleBroken(Refused):
    """A value breaks a rule of the product."""


class Conflict(Refused):
    """The rows changed since the actor saw them, or a name is taken."""


class Forbidden(PortalError):
    """The actor may not do ``action``, to ``client`` if it is about one."""

    def __init__(
        self, sentence: str, *, action: str = "", client: Any = None, **values: Any
    ) -> None:
        super().__init__(sentence, **values)
        self.action = action
        self.client = client


class ProofRequired(PortalError):
    """A person must confirm their identity first; the sentence gives the reason."""


class NotFound(PortalError):
    """The actor's tenant has no such row."""


def existing(row: T | None, sentence: str, **values: Any) -> T:
    """Return ``row``, or raise NotFound with ``sentence`` if it is None."""
    if row is None:
        raise NotFound(sentence, **values)
    return row


class ChangedMeanwhile(Conflict):
    """The ``row`` changed since the form was opened; ``by`` names who changed it, if known."""

    def __init__(self, by: str = "", row: Any = None) -> None:
        super().__init__(
            gettext_noop(
                "%(by)s changed this while the form was open. Nothing was saved. "
                "Compare your values with the current ones, then save again."
            ),
            by=by or "Someone",
        )
        self.row = row


class SentBefore(Conflict):
    """This form was sent and saved before."""

    def __init__(
        self, sentence: str = gettext_noop("Already saved when it was first sent.")
    ) -> None:
        super().__init__(sentence)


class AlreadyAdded(SentBefore):
    """This form was sent before, and added a client or a secret."""

    def __init__(self, client_id: UUID, *, has_secret: bool) -> None:
        with_secret = gettext_noop("Already added. Its secret cannot be shown; add a new one.")
        super().__init__(with_secret if has_secret else gettext_noop("Already added."))
        self.client_id, self.has_secret = client_id, has_secret
