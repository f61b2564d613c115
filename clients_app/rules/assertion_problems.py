"""What can be wrong with a client assertion or a platform's token, in words for people.

Source: CRE-7; FED-7.
"""

from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop as _

#: What can be wrong: the sentence that people read, and the cause by which it is counted.
PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "malformed": (_("Send a JWT with three parts: this is none."), "bad-assertion"),
    "type": (_("Send a JWT of the expected type."), "bad-assertion"),
    "critical": (
        _("Send a plain signed JWT: without crit, b64, zip, enc, and another JWT in it."),
        "bad-assertion",
    ),
    "own key": (_("Send no key or its address: the key is registered here."), "bad-assertion"),
    "algorithm": (_("Sign with the algorithm of the key."), "bad-assertion"),
    "disabled client": (
        _("Enable the client: while it is disabled, every token is refused."),
        "unknown-key",
    ),
    "unknown key": (
        _("The kid is that of no key of this client. Register the key, or send its kid."),
        "unknown-key",
    ),
    "many keys": (
        _(
            "Send the kid of the key, and give each key its own: more than three keys could have "
            "signed the JWT."
        ),
        "unknown-key",
    ),
    "no keys": (
        _("The keys have not been fetched yet. Wait a minute, or paste them."),
        "unknown-key",
    ),
    "expired key": (_("The key has expired. Add a new one."), "unknown-key"),
    "expired identity": (
        _("The federated identity has expired. Add a new one."),
        "wrong-claims",
    ),
    "signature": (_("The signature was made by another key."), "unknown-key"),
    "issuer": (_("Send the Client Id as iss."), "wrong-claims"),
    "subject": (_("Send the Client Id as sub, as in iss."), "wrong-claims"),
    "no audience": (_("Send an aud: the issuer of this server."), "wrong-audience"),
    "several audiences": (
        _("Send one audience as a text, not a list: who else is in it could use the JWT here."),
        "wrong-audience",
    ),
    "audience": (_("Send exactly the expected audience."), "wrong-audience"),
    "token endpoint": (
        _(
            "Send the issuer as aud, not the token endpoint. If the client cannot do so, select "
            "Accept the token endpoint as audience."
        ),
        "wrong-audience",
    ),
    "no end": (_("Send an exp, in seconds since 1970."), "wrong-time"),
    "expired": (_("The JWT has expired. Make a new one, and compare the clocks."), "wrong-time"),
    "long life": (
        _("Send an exp at most 5 minutes ahead, and compare the clocks."),
        "wrong-time",
    ),
    "future": (_("The JWT is from the future. Compare the clocks."), "wrong-time"),
    "no moment": (_("Send seconds since 1970."), "wrong-time"),
    "platform type": (
        _("Ask the platform for a token of the type JWT: this one is for something else."),
        "bad-assertion",
    ),
    "long platform life": (
        _("Ask the platform for a token that lasts at most 24 hours."),
        "wrong-time",
    ),
    "platform issuer": (_("Use the issuer of the platform, exactly."), "wrong-claims"),
    "platform issuer slash": (
        _("Edit the issuer of the federated identity: only the slash at the end differs."),
        "wrong-claims",
    ),
    "no platform audience": (_("Ask the platform for a token with this aud."), "wrong-audience"),
    "several platform audiences": (
        _("Ask the platform for a token with this aud alone: the others could use it here."),
        "wrong-audience",
    ),
    "platform audience": (
        _("Ask the platform for a token with exactly this aud."),
        "wrong-audience",
    ),
    "subject rule": (_("Make the rule fit, if this machine may have tokens."), "wrong-claims"),
    "claim rule": (_("Make the rule fit, if this machine may have tokens."), "wrong-claims"),
    "no subject": (
        _("Ask the platform for a token with a text as sub: this one cannot be compared."),
        "wrong-claims",
    ),
    "several values": (
        _("Edit the rule to accept one of the values, if all such runs may have tokens."),
        "wrong-claims",
    ),
    "missing claim": (
        _("Remove the rule, or have the platform send the claim: the token does not have it."),
        "wrong-claims",
    ),
    "no id": (_("Send a jti: a new text of at most 255 characters."), "wrong-claims"),
    "used": (_("The JWT was used before. Make a new one for each request."), "used-assertion"),
}
