"""Tables only: no rules, no commits. Importing the package registers every table of the core."""

from shopadmin.models import (
    accounts,
    api,
    audit,
    buyers,
    cases,
    complaints,
    evidence,
    imports,
    jobs,
    messages,
    orders,
    plugins,
    products,
    reviews,
    settings,
)
from shopadmin.models.base import Base, db

__all__ = [
    "Base",
    "accounts",
    "api",
    "audit",
    "buyers",
    "cases",
    "complaints",
    "db",
    "evidence",
    "imports",
    "jobs",
    "messages",
    "orders",
    "plugins",
    "products",
    "reviews",
    "settings",
]
