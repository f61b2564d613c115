"""The health of a client: how it is doing, and what to do where it is not well.

Source: CLI-18.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from clients_app.errors import gettext_noop

UNUSED_AFTER: Final = timedelta(days=90)
FAILING_FOR: Final = timedelta(days=90)  # older refusals say nothing about today


class Health(StrEnum):
    """In the order of the list: what needs attention first."""

    FAILING = "failing"
    NO_TOKENS = "no-tokens"
    UNUSED = "unused"
    WORKING = "working"
    DISABLED = "disabled"


class Explained(NamedTuple):
    """``tone`` is "bad", "warn", "off" or, if all is well, empty."""

    label: str
    text: str
    advice: str = ""
    tone: str = ""


EXPLAINED: Final = {
    Health.FAILING: Explained(
        gettext_noop("Failing"),
        gettext_noop("Its token requests are refused, and it has not been issued a token since."),
        gettext_noop("Find the cause under Activity, then check the settings of the machine."),
        "bad",
    ),
    Health.NO_TOKENS: Explained(
        gettext_noop("Cannot request tokens"),
        gettext_noop(
            "It has no live secret, public key or federated identity, so every token request is "
            "refused."
        ),
        gettext_noop(
            "Add a secret and give it to the machine, add a public key or a federated identity, or "
            "remove the client."
        ),
        "bad",
    ),
    Health.UNUSED: Explained(
        gettext_noop("Unused"),
        gettext_noop("It has not been issued a token in 90 days."),
        gettext_noop("Ask its owner whether it is still needed. If not, disable or remove it."),
        "off",
    ),
    Health.WORKING: Explained(
        gettext_noop("Working"),
        gettext_noop("It can request tokens, and its latest request was not refused."),
    ),
    Health.DISABLED: Explained(
        gettext_noop("Disabled"),
        gettext_noop("Every token request is refused until it is enabled."),
        gettext_noop("Enable it, or remove it if it is no longer needed."),
        "off",
    ),
}

#: of a client that may call neither the built-in API nor another
NOTHING_TO_CALL: Final = Explained(
    gettext_noop("Cannot request tokens"),
    gettext_noop("It may call no API, so every token request is refused."),
    gettext_noop("Let it call an API, or remove the client."),
    "bad",
)
#: of an unused client that was never issued a token
NEVER_USED: Final = Explained(
    gettext_noop("Unused"),
    gettext_noop("It has not been issued a token yet."),
    gettext_noop("Set its Client Id, and its secret if it has one, in the application."),
    "off",
)
#: of a working client with refused requests on the last day
SOME_REFUSED: Final = Explained(
    gettext_noop("Some requests are refused"),
    gettext_noop("It is issued tokens, but a token request was refused in the last 24 hours."),
    gettext_noop("Find the cause under Activity: often one machine still has an old secret."),
    "warn",
)

#: what to do about a refused request, by its cause in the rows of refusals
ADVICE: Final = {
    "no-secret": gettext_noop("Configure the machine to send its Client Secret."),
    "unknown-secret": gettext_noop(
        "Check the Client Secret in the settings of the machine. If you cannot find the right one, "
        "rotate it."
    ),
    "secret-expired": gettext_noop("Add a secret and give it to the machine."),
    "secret-removed": gettext_noop(
        "Give the machine one of the live secrets, or add a new one for it."
    ),
    "unknown-key": gettext_noop(
        "Compare the keys of the client with the one that the machine signs with. If the machine "
        "has a new key, add it."
    ),
    "wrong-claims": gettext_noop("Compare the claims with the rules: Secrets shows near misses."),
    "wrong-audience": gettext_noop(
        "Configure the machine to send the audience that Secrets shows beside the near miss."
    ),
    "wrong-time": gettext_noop(
        "Compare the clock of the machine with that of this server. Let it make a new assertion "
        "for each request, which ends within five minutes."
    ),
    "used-assertion": gettext_noop(
        "Let the machine make a new assertion, with a new jti, for each request."
    ),
    "bad-assertion": gettext_noop(
        "Check how the machine builds its assertion. Secrets can try one and says what is wrong."
    ),
    "client-disabled": gettext_noop(
        "The client was disabled at the time. It is enabled now, so the next request should work."
    ),
    "client-removed": gettext_noop(
        "The client was removed at the time and has been restored. Check its next request."
    ),
    "unauthorized-client": gettext_noop(
        "Configure the machine to use a grant type that this Client Type may use."
    ),
    "unsupported-grant-type": gettext_noop(
        "Configure the machine to use a grant type that this Client Type may use."
    ),
    "invalid-grant": gettext_noop(
        "The person signs in again. If it happens often, check that the application redeems each "
        "code and refresh token once, soon, and with the values of its request."
    ),
    "invalid-scope": gettext_noop("Configure the machine to request only scopes that are offered."),
    "invalid-target": gettext_noop(
        "Let the client call the API that the machine asks for, or configure the machine to ask "
        "for one that the client may call."
    ),
    "invalid-request": gettext_noop(
        "Check how the machine builds its request. Get started shows a request that works."
    ),
}


def explained(health: Health, *, may_call_nothing: bool) -> Explained:
    """Return what to say about a client with this health."""
    if health is Health.NO_TOKENS and may_call_nothing:
        return NOTHING_TO_CALL
    return EXPLAINED[health]


def health_of(
    *,
    is_enabled: bool,
    can_request_tokens: bool,
    last_token_at: datetime | None,
    last_refused_at: datetime | None,
    now: datetime,
) -> Health:
    """Return the health of a client; the first state of these that fits.

    Disabled; Cannot request tokens; Failing: refused in the last 90 days, with no token since;
    Unused: no token in the last 90 days, or ever; Working.
    """
    if not is_enabled:
        return Health.DISABLED
    if not can_request_tokens:
        return Health.NO_TOKENS
    if last_refused_at is not None and last_refused_at > max(
        now - FAILING_FOR, last_token_at or now - FAILING_FOR
    ):
        return Health.FAILING
    if last_token_at is None or last_token_at < now - UNUSED_AFTER:
        return Health.UNUSED
    return Health.WORKING
