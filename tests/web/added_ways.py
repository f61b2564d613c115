"""The second window of Add Client: its addresses, what is sent there, and what it shows."""

import re
from typing import Any

from joserfc.jwk import ECKey

from tests.responses import text_of

ADD = "/security/clients/add"
REGISTER = "/security/clients/register"
EC = ECKey.generate_key("P-256")
PUBLIC = EC.as_pem(private=False).decode()
PRIVATE = EC.as_pem(private=True).decode()
GITHUB = {"owner": "octo-org", "repository": "octo-repo", "environment": "production"}


def chosen(reply: Any) -> list[str]:
    """Return the pressed parts of the switch."""
    pattern = r'name="preview" value="(\w+)"[^>]* aria-pressed="true"'
    return re.findall(pattern, text_of(reply))


def hidden_in(reply: Any) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', text_of(reply)))
