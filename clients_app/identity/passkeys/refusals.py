"""Why a passkey is refused: what the person is told, and the reason in the event."""

from typing import Final

from clients_app.errors import PortalError, gettext_noop

_LATE: Final = gettext_noop("That took too long. Use the passkey again.")
_REFUSED: Final = gettext_noop("This passkey was not accepted. Try again, or sign in another way.")


class PasskeyRefused(PortalError):
    """A passkey was not accepted. ``reason`` is short, and for events alone.

    Strangers get one sentence for everything but time, which they can read from the clock.
    """

    def __init__(self, reason: str, *, username: str = "") -> None:
        super().__init__(_LATE if reason == "too late" else _REFUSED)
        self.reason = reason
        self.username = username
