"""``shopadmin review-recovery …``: cases for programs."""

import click


@click.group("review-recovery")
def review_recovery() -> None:
    """Cases of bad reviews, and scripts."""
