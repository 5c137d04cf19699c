"""The rules of red envelopes: pure functions over frozen values; ``now`` is always an argument.

Instants are integer milliseconds UTC, amounts integer minor units (fen). Nothing here knows a framework or a database.
"""
