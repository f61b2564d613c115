"""What can be wrong with a client assertion or a platform's token, in words for people.

Source: CRE-7; FED-7.
"""

from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop as _

#: What can be wrong, by the cause by which it is counted: the sentence that people read.
_BY_CAUSE: Final[Mapping[str, Mapping[str, str]]] = {
    "bad-assertion": {
        "malformed": _("Send a JWT with three parts: this is none."),
        "type": _("Send a JWT of the expected type."),
        "critical": _(
            "Send a plain signed JWT: without crit, b64, zip, enc, and another JWT in it."
        ),
        "own key": _("Send no key or its address: the key is registered here."),
        "algorithm": _("Sign with the algorithm of the key."),
        "platform type": _(
            "Ask the platform for a token of the type JWT: this one is for something else."
        ),
    },
    "unknown-key": {
        "disabled client": _("Enable the client: while it is disabled, every token is refused."),
        "unknown key": _(
            "The kid is that of no key of this client. Register the key, or send its kid."
        ),
        "many keys": _(
            "Send the kid of the key, and give each key its own: more than three keys could have "
            "signed the JWT."
        ),
        "no keys": _("The keys have not been fetched yet. Wait a minute, or paste them."),
        "expired key": _("The key has expired. Add a new one."),
        "signature": _("The signature was made by another key."),
    },
    "wrong-claims": {
        "expired identity": _("The federated identity has expired. Add a new one."),
        "issuer": _("Send the Client Id as iss."),
        "subject": _("Send the Client Id as sub, as in iss."),
        "platform issuer": _("Use the issuer of the platform, exactly."),
        "platform issuer slash": _(
            "Edit the issuer of the federated identity: only the slash at the end differs."
        ),
        "subject rule": _("Make the rule fit, if this machine may have tokens."),
        "claim rule": _("Make the rule fit, if this machine may have tokens."),
        "no subject": _(
            "Ask the platform for a token with a text as sub: this one cannot be compared."
        ),
        "several values": _(
            "Edit the rule to accept one of the values, if all such runs may have tokens."
        ),
        "missing claim": _(
            "Remove the rule, or have the platform send the claim: the token does not have it."
        ),
        "no id": _("Send a jti: a new text of at most 255 characters."),
    },
    "wrong-audience": {
        "no audience": _("Send an aud: the issuer of this server."),
        "several audiences": _(
            "Send one audience as a text, not a list: who else is in it could use the JWT here."
        ),
        "audience": _("Send exactly the expected audience."),
        "token endpoint": _(
            "Send the issuer as aud, not the token endpoint. If the client cannot do so, select "
            "Accept the token endpoint as audience."
        ),
        "no platform audience": _("Ask the platform for a token with this aud."),
        "several platform audiences": _(
            "Ask the platform for a token with this aud alone: the others could use it here."
        ),
        "platform audience": _("Ask the platform for a token with exactly this aud."),
    },
    "wrong-time": {
        "no end": _("Send an exp, in seconds since 1970."),
        "expired": _("The JWT has expired. Make a new one, and compare the clocks."),
        "long life": _("Send an exp at most 5 minutes ahead, and compare the clocks."),
        "future": _("The JWT is from the future. Compare the clocks."),
        "no moment": _("Send seconds since 1970."),
        "long platform life": _("Ask the platform for a token that lasts at most 24 hours."),
    },
    "used-assertion": {
        "used": _("The JWT was used before. Make a new one for each request."),
    },
}

#: The sentence and the cause of each.
PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    problem: (sentence, cause)
    for cause, sentences in _BY_CAUSE.items()
    for problem, sentence in sentences.items()
}
