"""Django's SQLite, whose write transactions come one after the other in a fair way."""
