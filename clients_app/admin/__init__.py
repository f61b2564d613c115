"""The door of Staff: Django's admin site, which only looks, and the same deeds by the services."""
