"""The rules of review recovery: pure functions over frozen values; ``now`` is always an argument, aware UTC.

Nothing here knows a framework or a database.
"""
