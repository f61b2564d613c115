"""The limits of the product, for rules, constraints and texts."""

PORTAL_NAME_MAX = 40
NAME_MAX = 200  # characters of a client's Name
DESCRIPTION_MAX = 500  # characters of a client's Description
TAGS_MAX = 20
TAG_MAX = 50  # characters of one tag
ROLE_NAME_MAX = 60
ROLE_DESCRIPTION_MAX = 200
ROLES_MAX = 25  # per client or person, Tenant Member included
INSPECTED_TOKEN_MAX = 16_384  # characters that people paste to look into a token
TOKEN_ROLES_MAX_BYTES = 2048  # of names and ids of roles: a token stays under 4 kB
OWNERS_MAX = 20
APIS_MAX = 200  # per tenant, the built-in API not included
IDENTIFIER_MAX = 250  # characters of an API's Identifier
API_SCOPES_MAX = 100
SCOPE_MAX = 100  # characters of one scope
SCOPE_DESCRIPTION_MAX = 200
TOKEN_SCOPE_MAX = 2048  # characters of the scopes of one API that a client may have
INTROSPECTORS_MAX = 20  # clients that may ask about the tokens of one API
BULK_MAX = 400  # clients that one operation may change
SAVED_FILTERS_MAX = 20  # per person
SAVED_FILTER_NAME_MAX = 60
SAVED_FILTER_QUERY_MAX = 3000  # characters, of which a Filter of 200 may need 2400

TOKEN_LIFETIME_MIN_S = 60
TOKEN_LIFETIME_MAX_S = 3600
TOKEN_LIFETIME_DEFAULT_S = 3600

KEY_ANNOUNCED_DAYS = 14  # between the publication of a signing key and its scheduled use
KEY_MARGIN_S = 60  # at least this much longer than verifiers may cache the keys
KEY_LEEWAY_S = 300  # a retired key stays published this long after its last token expires
CLOCK_AHEAD_MAX_S = 10  # how far the clock of another node may be ahead

SECRET_DESCRIPTION_MAX = 200
SECRETS_MAX = 10  # live secrets of one client
CLIENT_KEYS_MAX = 10  # live public keys of one client
IDENTITIES_MAX = 10  # live federated identities of one client
THUMBPRINT_LENGTH = 43  # characters of SHA-256 in base64url (RFC 7638)
PRESET_MAX = 30  # characters of the id of a platform
AUDIENCE_MAX = 500
CLAIM_RULE_MAX = 500  # characters of the rule for one claim
CLAIM_NAME_MAX = 200
CLAIM_RULES_MAX = 10  # of one identity, for other claims than the subject
ALLOWED_ISSUERS_MAX = 50  # that a policy names
JWKS_MAX = 65_536  # characters of a set of public keys
NEAR_MISSES_MAX = 20  # of one client
SECRET_YEARS_MAX = 10  # how far ahead an Expiration Date may be

AUTHORIZATION_CODE_S = 60  # how long a code can be redeemed
CHALLENGE_LENGTH = 43  # characters of SHA-256 in base64url (RFC 7636 section 4.2)
AMR_MAX = 60
ACR_MAX = 60

URLS_MAX = 10  # of each kind
URL_MAX = 2000

PARAMETER_MAX = 2000  # characters of a parameter of an authorization request
STATE_MAX = 2000
NONCE_MAX = 500
AUTHORIZATION_REQUEST_MAX = 8192  # characters of its query, which sign-in carries along

CHANNEL_MAX = 30  # characters of the name of a notice channel
ALERTS_PER_HOUR = 10  # of one tenant; the others are counted in one more message
ANSWER_MAX = 200  # characters of the response to a notice that are stored
SECRET_DAYS_MAX = 3650  # the longest maximum that a tenant may set

TENANT_NAME_MAX = 200
USERNAME_MAX = 150
PERSON_NAME_MAX = 150
EMAIL_MAX = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
PASSWORD_MIN = 12
PASSKEYS_MAX = 20  # of one person
PASSKEY_NAME_MAX = 60
INVITATION_DAYS = 7  # how long an invitation can be accepted
FACTOR_PUT_OFF_DAYS = 7  # after the first sign-in, that a required second factor can wait

PAGE_SIZE = 50  # rows of a list on the screen
CLIENTS_PER_TENANT = 50_000  # the default; a setting
