"""The addresses of the list of clients, and of what a client has."""

from clients_app.web.urls.page import page
from clients_app.web.views import (
    assertion_rules,
    client_add,
    client_apis,
    client_details,
    client_edit,
    client_export,
    client_state,
    connect,
    identities,
    keys,
    polling,
    rotation_run,
    saved_filters,
    secrets,
    secrets_end,
)
from clients_app.web.views.bulk import client_bulk, client_undo
from clients_app.web.views.client_list import client_list
from clients_app.web.views.clients_usage import clients_usage

CLIENTS = "security/clients"
CLIENT = f"{CLIENTS}/<guid:client_id>"
IDENTITY = f"{CLIENT}/identities/<int:identity_id>"

urlpatterns = [
    *page(CLIENTS, client_list, "client-list"),
    *page(f"{CLIENTS}/add", client_add.client_add, "client-add"),
    *page(f"{CLIENTS}/add/<slug:client_type>", client_add.client_add, "client-add-type"),
    *page(
        f"{CLIENTS}/register/<slug:client_type>", client_add.client_register, "client-register-type"
    ),
    *page(f"{CLIENTS}/filters/add", saved_filters.filter_add, "filter-add"),
    *page(
        f"{CLIENTS}/filters/<int:filter_id>/remove", saved_filters.filter_remove, "filter-remove"
    ),
    *page(f"{CLIENTS}/rotate", rotation_run.rotation_run, "rotation-run"),
    *page(f"{CLIENTS}/rotate/start", rotation_run.rotation_start, "rotation-start"),
    *page(f"{CLIENTS}/export", client_export.client_export, "client-export"),
    *page(f"{CLIENTS}/undo", client_undo, "client-undo"),
    *page(f"{CLIENTS}/bulk/<slug:operation>", client_bulk, "client-bulk"),
    *page(f"{CLIENTS}/register", client_add.client_register, "client-register"),
    *page(f"{CLIENTS}/live", polling.list_live, "client-list-live"),
    *page(f"{CLIENTS}/usage", clients_usage, "clients-usage"),
    *page(f"{CLIENTS}/usage/live", polling.usage_live, "clients-usage-live"),
    *page(f"{CLIENT}/live/<slug:tab>", polling.client_live, "client-live"),
    *page(CLIENT, client_details.client_details, "client-details"),
    *page(f"{CLIENT}/duplicate", client_add.client_duplicate, "client-duplicate"),
    *page(f"{CLIENT}/edit", client_edit.client_edit, "client-edit"),
    *page(f"{CLIENT}/disable", client_state.client_disable, "client-disable"),
    *page(f"{CLIENT}/enable", client_state.client_enable, "client-enable"),
    *page(f"{CLIENT}/remove", client_state.client_remove, "client-remove"),
    *page(f"{CLIENT}/tokens/end", client_state.client_tokens_end, "client-tokens-end"),
    *page(f"{CLIENTS}/<guid:removed_id>/restore", client_state.client_restore, "client-restore"),
    *page(f"{CLIENT}/secrets", client_details.client_secrets, "client-secrets"),
    *page(f"{CLIENT}/roles", client_details.client_roles, "client-roles"),
    *page(f"{CLIENT}/roles/edit", client_edit.client_roles_edit, "client-roles-edit"),
    *page(f"{CLIENT}/apis", client_apis.client_apis, "client-apis"),
    *page(f"{CLIENT}/apis/edit", client_apis.client_apis_edit, "client-apis-edit"),
    *page(f"{CLIENT}/apis/unused", client_apis.client_apis_unused, "client-apis-unused"),
    *page(f"{CLIENT}/activity", client_details.client_activity, "client-activity"),
    *page(f"{CLIENT}/secrets/add", secrets.secret_add, "secret-add"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/edit", secrets.secret_edit, "secret-edit"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/remove", secrets.secret_remove, "secret-remove"),
    *page(f"{CLIENT}/secrets/<int:secret_id>/rotate", secrets.secret_rotate, "secret-rotate"),
    *page(
        f"{CLIENT}/assertions/edit", assertion_rules.assertion_rules_edit, "assertion-rules-edit"
    ),
    *page(f"{CLIENT}/keys/add", keys.key_add, "key-add"),
    *page(f"{CLIENT}/secrets/end", secrets_end.secrets_end, "secrets-end"),
    *page(f"{CLIENT}/keys/<int:key_id>/rotate", keys.key_rotate, "key-rotate"),
    *page(f"{CLIENT}/keys/<int:key_id>/edit", keys.key_edit, "key-edit"),
    *page(f"{CLIENT}/keys/<int:key_id>/remove", keys.key_remove, "key-remove"),
    *page(f"{CLIENT}/keys/<int:key_id>/connect", connect.key_connect, "key-connect"),
    *page(f"{CLIENT}/identities/add", identities.identity_platforms, "identity-platforms"),
    *page(f"{CLIENT}/identities/add/<slug:preset>", identities.identity_add, "identity-add"),
    *page(f"{CLIENT}/token-trial", identities.token_trial, "token-trial"),
    *page(f"{IDENTITY}/edit", identities.identity_edit, "identity-edit"),
    *page(f"{IDENTITY}/connect", connect.identity_connect, "identity-connect"),
    *page(f"{IDENTITY}/remove", identities.identity_remove, "identity-remove"),
]
