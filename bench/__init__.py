"""Benchmarks on throw-away databases. ``python -m bench`` runs them; nothing here is asserted in a timed test."""
