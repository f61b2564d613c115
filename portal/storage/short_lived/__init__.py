"""The SQLite file of ``models/short_lived``: a database beside the database.

Why: a flood of refused requests writes thousands of rows a second, and SQLite lets one writer in at
a time. In the main file they would hold up tokens' counts and people's changes; and while the main
file is locked they would not be counted. Nothing in it needs to survive, so nothing waits for the
disk. ``tests/storage/test_short_lived.py`` says what would be lost without it.
"""
