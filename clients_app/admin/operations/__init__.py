"""The operations of Staff: each is one view, one call of a service, one answer."""
