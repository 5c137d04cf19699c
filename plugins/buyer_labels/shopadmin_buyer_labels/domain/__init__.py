"""The rules of labels: pure functions over frozen values; ``now`` is always an argument, aware UTC.

Nothing here knows a framework or a database. Needs of shops are cited as S, guards as G.
"""
