"""The only imports from internal modules of allauth, which may change with any release."""

# Adds a proof of identity or a new second factor to the session; allauth does so only in its views.
from allauth.account.internal.flows.login import perform_login, record_authentication

# Also drops a sign-in that waits for its code; the adapter's only signs out.
from allauth.account.internal.flows.logout import logout

# Keeps this session when the password changes, as allauth's own view does.
from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password

# Compares codes in constant time, ignoring spaces.
from allauth.core.internal.cryptokit import compare_user_code

# allauth uses these only in its own views, without the steps that ``second_factors.py`` adds.
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

# Keeps what a visit to a provider must bring back, in the session and once.
from allauth.socialaccount.internal import statekit

__all__ = [
    "TOTP",
    "RecoveryCodes",
    "compare_user_code",
    "finalize_password_change",
    "format_hotp_value",
    "generate_totp_secret",
    "hotp_value",
    "logout",
    "perform_login",
    "reauthenticate_by_password",
    "record_authentication",
    "statekit",
    "yield_hotp_counters_from_time",
]
