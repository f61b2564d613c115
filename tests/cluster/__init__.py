"""Several nodes behind nginx, with PostgreSQL and Redis on this machine: all real processes."""
