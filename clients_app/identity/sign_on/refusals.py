"""Why single sign-on is refused: what the person is told, and what the event says."""

from typing import Final

from clients_app.errors import PortalError, gettext_noop
from clients_app.rules.sign_on_providers import SignOnProvider

_SENTENCES: Final = {
    "unreachable": gettext_noop("%(name)s does not answer. Try again in a minute."),
    "cancelled": gettext_noop("%(name)s did not sign you in. Try again."),
    "not begun": gettext_noop(
        "This sign-in was not begun in this browser, or it took too long. Try again."
    ),
    "not trusted": gettext_noop(
        "What %(name)s sent cannot be trusted. Tell the operator of this portal."
    ),
    "unknown": gettext_noop(
        "Nobody here has your account at %(name)s. Ask a Tenant Administrator to add you with the "
        "email address that you use there."
    ),
    "deactivated": gettext_noop("You cannot sign in any more. Ask a Tenant Administrator."),
    "taken": gettext_noop(
        "Somebody here has your username or email address already. Ask a Tenant Administrator."
    ),
    "staff": gettext_noop("Staff sign in with their password. Use it instead."),
    "roles": gettext_noop(
        "What %(name)s says about your roles cannot be used. Tell the operator of this portal."
    ),
    "other account": gettext_noop(
        "You signed in to %(name)s with another account. Use the one of this session."
    ),
    "not again": gettext_noop("%(name)s did not ask you to sign in again. Try again."),
}


class SignOnRefused(PortalError):
    """A sign-in at a provider is refused.

    ``reason`` is short; ``detail`` says what the provider did wrong, for events and the log.
    ``username`` is that of the person, if they are known.
    """

    def __init__(
        self, reason: str, provider: SignOnProvider, *, detail: str = "", username: str = ""
    ) -> None:
        super().__init__(_SENTENCES[reason], name=provider.name)
        self.reason = reason
        self.detail = detail
        self.username = username

    @property
    def status(self) -> int:
        return 503 if self.reason == "unreachable" else 403
