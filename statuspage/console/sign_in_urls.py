"""URLs of signing in and of one's own account, under the names by which allauth looks for them."""

from django.urls import path

from statuspage.console.views import account, factors, passwords, reauthentication, session, sso

urlpatterns = [
    path("login/", session.sign_in, name="account_login"),
    path("logout/", session.sign_out, name="account_logout"),
    path("login/code/", session.second_factor, name="mfa_authenticate"),
    path("login/sso/", sso.sso, name="oidc_login"),
    path("login/sso/again/", sso.sso_again, name="oidc_again"),
    path("login/sso/back/", sso.sso_back, name="oidc_back"),
    path("login/sso/logout/", sso.sso_logout, name="oidc_logout"),
    path("login/forgotten/", passwords.forgotten, name="account_reset_password"),
    path("login/forgotten/sent/", passwords.sent, name="account_reset_password_done"),
    path(
        "login/password/<str:uidb36>/<slug:key>/",
        passwords.from_link,
        name="account_reset_password_from_key",
    ),
    path("account/", account.account, name="mfa_index"),
    path("account/password/", passwords.change, name="account_change_password"),
    path("account/app/", factors.app, name="mfa_activate_totp"),
    path("account/app/remove/", factors.app_remove, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", factors.codes, name="mfa_generate_recovery_codes"),
    path("account/passkeys/", factors.passkey_add, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", factors.passkey_remove, name="mfa_remove_webauthn"),
    path("account/confirm/", reauthentication.by_password, name="account_reauthenticate"),
    path("account/confirm/code/", reauthentication.by_code, name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/",
        reauthentication.by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
]
