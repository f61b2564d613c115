"""What is needed of allauth that it calls internal, and so may move with any of its releases.

Nothing else imports from its ``internal`` modules: an upgrade is checked here.
"""

# A proof of identity and a new second factor must count as a sign-in method of the session;
# allauth records them only from views of its own.
from allauth.account.internal.flows.login import record_authentication

# Signs out and also drops a sign-in that waits for its code; the adapter's does the first alone.
from allauth.account.internal.flows.logout import logout

# Keeps this session alive when the password changes, in the way that allauth's own view does.
from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password

# Compares codes in constant time, with the spaces that people type taken out.
from allauth.core.internal.cryptokit import compare_user_code

# Counts the addresses of one IPv6 network as one, as allauth's own rate limits do.
from allauth.core.internal.ratelimit import truncate_ip

# Codes of an app and of recovery: allauth offers them in views of its own alone, whose steps
# leave out what ``second_factors.py`` adds.
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

__all__ = [
    "TOTP",
    "RecoveryCodes",
    "compare_user_code",
    "finalize_password_change",
    "format_hotp_value",
    "generate_totp_secret",
    "hotp_value",
    "logout",
    "reauthenticate_by_password",
    "record_authentication",
    "truncate_ip",
    "yield_hotp_counters_from_time",
]
