"""What tests expect of an error of the REST API."""

from typing import Any


def refused(reply: Any, status: int, reason: str) -> None:
    """Check that a reply has this status and Reason, in the shape of all errors."""
    assert reply.status_code == status, reply.content
    assert reply["Content-Type"] == "application/json"
    body = reply.json()
    assert list(body) == ["OperationId", "Error", "Reason", "Resolution"]
    assert body["OperationId"] == reply["Operation-Id"]
    assert body["Reason"] == reason
    assert body["Error"]
    assert body["Resolution"]


def reason(reply: Any) -> tuple[int, str]:
    """Return the status and the Reason of a reply."""
    return reply.status_code, reply.json()["Reason"]
