"""The public keys of a client."""

from typing import Final

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.serializers.credentials import (
    KEY_PROPERTIES,
    KeyModel,
    NewKeyModel,
    RotateKeyModel,
    one_key_in,
)
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.credentials import Credentials, edit_in, method_of, successor_end, to_add
from clients_app.api.views.resource import Resource
from clients_app.http.credential_json import key_json, listed_key_json
from clients_app.http.credential_kinds import KEY
from clients_app.permissions import Action
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import KeyDraft, add_keys

_KEYS: Final = Credentials(
    kind=KEY,
    as_json=listed_key_json,
    model=KeyModel,
    draft_of=edit_in,
)


class KeysView(Resource):
    """The public keys of a client: live ones and those that expired in the last 90 days."""

    resource = "keys"

    properties = KEY_PROPERTIES

    get = method_of(_KEYS.page, "Return the keys, newest first.")

    def post(self, request: Request, **address: str) -> Response:
        """Add a public key, or the address of the client's keys; the private key stays there."""
        client, values, by = to_add(request, Action.ADD_CREDENTIAL, NewKeyModel, address)
        draft = KeyDraft(
            pasted=one_key_in(values),
            jwks_url=values.get("JwksUrl", ""),
            description=values.get("Description", ""),
            expires_at=expiration_in(values),
        )
        [key] = add_keys(client, draft, **by)
        return Response(key_json(key), status=201)


class KeyView(Resource):
    """A public key of a client."""

    resource = "key"

    properties = KEY_PROPERTIES

    get = method_of(_KEYS.one, "Return the key.")
    put = method_of(_KEYS.edited, "Change the description or the expiration; the key stays.")
    delete = method_of(
        _KEYS.removed, "Remove the key with its tokens: no token is issued for it from now on."
    )


class RotateKeyView(Resource):
    """Replacing a public key."""

    resource = "rotate_key"

    properties = KEY_PROPERTIES

    def post(self, request: Request, **address: str) -> Response:
        """Add a key and let the old one expire."""
        client, values, by = to_add(request, Action.ADD_CREDENTIAL, RotateKeyModel, address)
        old = _KEYS.found(client, address)
        draft = KeyDraft(
            pasted=one_key_in(values),
            jwks_url=values.get("JwksUrl", ""),
            description=values.get("Description", old.description),
            expires_at=expiration_in(values, now=successor_end(old, client, now=by["now"])),
        )
        ends_at = values.get("OldKeyEnds", by["now"] + PERIODS[OldEnds.IN_24_HOURS])
        rotated = rotate_key(client, old.pk, draft, old_ends_at=ends_at, **by)
        return Response({**key_json(rotated.key), "OldKey": key_json(rotated.old)}, status=201)
