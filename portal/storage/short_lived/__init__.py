"""A second SQLite file, for ``models/short_lived``.

A flood of refused requests writes thousands of rows a second, and SQLite allows one writer at a
time. In the main file they would delay tokens and people, and while it is locked they would not be
counted. The file may be lost, so no write waits for the disk. ``tests/storage/test_short_lived.py``
shows why it is needed.
"""
