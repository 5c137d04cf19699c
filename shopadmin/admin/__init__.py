"""Admin pages on Flask-Admin. A view parses, calls one service, renders; the secured bases are in ``base.py``."""
