"""Alembic's scripts: how a history came to be what it is, one version after the other."""
