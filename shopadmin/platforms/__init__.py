"""Readers of the platforms' export files, one module per platform. They know files, and nothing of the database."""
