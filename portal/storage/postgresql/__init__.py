"""Django's PostgreSQL backend, which waits for nobody who is silent and keeps a thread free."""
