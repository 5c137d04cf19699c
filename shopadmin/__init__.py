"""An admin for a small shop: orders, reviews, and plugins that come and go."""

__version__ = "0.1.0"
