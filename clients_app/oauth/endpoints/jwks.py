"""The public keys that verify this portal's tokens. Source: RFC 7517 section 5; KEY-3."""

from django.conf import settings

from clients_app.oauth.public_documents import document_view
from clients_app.services.signing_keys.public_keys import published_jwks

#: The JWK Set; while the database is down, the last one that was read.
jwks = document_view(published_jwks, max_age_s=lambda: settings.JWKS_MAX_AGE)
