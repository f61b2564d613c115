"""The admin site, for Staff: read-only pages of Django, and operations that call the services."""
