"""Admin pages on Flask-Admin. A view parses, calls one service, renders; the secured bases: ``base``, ``list_view``."""
