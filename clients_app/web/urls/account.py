"""The addresses of the sign-in, the session and My account."""

from django.urls import re_path

from clients_app.web.urls.page import page
from clients_app.web.views import (
    account,
    account_applications,
    account_factor,
    account_passkeys,
    account_sessions,
    choose_password,
    passkeys,
    session,
    sign_in,
    single_sign_on,
)
from clients_app.web.views.sign_in_again import sign_in_again

ONE_TIME_LINK = r"^choose-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/?$"

urlpatterns = [
    *page(
        "sign-in", sign_in.sign_in, "account_login"
    ),  # allauth reverses the names with an underscore
    *page("sign-in/code", sign_in.sign_in_code, "mfa_authenticate"),
    *page("sign-in/passkey", passkeys.sign_in_passkey, "sign-in-passkey"),
    *page("passkey/<slug:purpose>", passkeys.passkey_options, "passkey-options"),
    *page("sign-in/with/<slug:provider_id>", single_sign_on.sign_on, "sign-on"),
    *page(
        "sign-in/with/<slug:provider_id>/return", single_sign_on.sign_on_return, "sign-on-return"
    ),
    *page("sign-in/again", sign_in_again, "sign-in-again"),
    *page("sign-out", sign_in.sign_out, "sign-out"),
    *page("forgot-password", choose_password.forgot_password, "account_reset_password"),
    re_path(ONE_TIME_LINK, choose_password.choose_password, name="account_reset_password_from_key"),
    *page("session", session.session_asked, "session-left"),
    *page("session/stay", session.session_stay, "session-stay"),
    *page("account", account.account, "account"),
    *page("account/password", account.account_password, "account-password"),
    *page("account/theme", account.account_theme, "account-theme"),
    *page("account/time-zone", account.account_time_zone, "account-time-zone"),
    *page("account/shortcuts", account.account_shortcuts, "account-shortcuts"),
    *page("account/rows", account.account_rows, "account-rows"),
    *page("account/guesses/close", account.account_guesses_close, "account-guesses-close"),
    *page(
        "account/applications/<guid:application_id>/withdraw",
        account_applications.account_application_withdraw,
        "account-application-withdraw",
    ),
    *page("account/sessions/end", account_sessions.account_sessions_end, "account-sessions-end"),
    *page(
        "account/sessions/<slug:session_id>/end",
        account_sessions.account_session_end,
        "account-session-end",
    ),
    *page("account/authenticator", account_factor.account_authenticator, "account-authenticator"),
    *page(
        "account/authenticator/later",
        account_factor.account_authenticator_later,
        "account-authenticator-later",
    ),
    *page(
        "account/authenticator/remove",
        account_factor.account_authenticator_remove,
        "account-authenticator-remove",
    ),
    *page(
        "account/recovery-codes", account_factor.account_recovery_codes, "account-recovery-codes"
    ),
    *page("account/passkeys/add", account_passkeys.account_passkey_add, "account-passkey-add"),
    *page(
        "account/passkeys/<int:passkey_id>/rename",
        account_passkeys.account_passkey_rename,
        "account-passkey-rename",
    ),
    *page(
        "account/passkeys/<int:passkey_id>/remove",
        account_passkeys.account_passkey_remove,
        "account-passkey-remove",
    ),
]
