"""Environment → configuration. No logic beyond reading and defaults."""

import os
from pathlib import Path


def from_environment() -> dict[str, object]:
    """The configuration that ``create_app`` starts from; each name is documented in the README."""
    data = Path(os.environ.get("SHOPADMIN_DATA", "shopadmin-data")).resolve()
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{data / 'shop.db'}"
    plugins = os.environ.get("SHOPADMIN_PLUGINS")
    return {
        "DATA_FOLDER": data,
        "DATABASE_URL": url,
        "DATABASE_MIGRATE_URL": os.environ.get("DATABASE_MIGRATE_URL") or url,
        "SECRET_KEY": os.environ.get("SECRET_KEY"),
        "PLUGINS_ALLOWED": None if plugins is None else frozenset(plugins.replace(",", " ").split()),
        "SAFE_MODE": os.environ.get("SHOPADMIN_SAFE_MODE") == "1",
        "DEVELOPMENT": os.environ.get("SHOPADMIN_DEVELOPMENT") == "1",
        "INSECURE_HTTP": os.environ.get("INSECURE_HTTP") == "1",
        "TRUSTED_PROXIES": int(os.environ.get("TRUSTED_PROXIES", "0")),
        # The names under which browsers reach the shop; a page of another name cannot be aimed at this server.
        "TRUSTED_HOSTS": os.environ.get("TRUSTED_HOSTS", "").replace(",", " ").split() or ["localhost", "127.0.0.1"],
        # Under which address buyers reach the shop, for links in messages; empty for a shop that they do not reach.
        "PUBLIC_URL": os.environ.get("SHOPADMIN_PUBLIC_URL", ""),
        # Calls of the storefront API a second, of one buyer and of one storefront's own, counted by each process.
        "API_CALLS_PER_BUYER": int(os.environ.get("API_CALLS_PER_BUYER", "10")),
        "API_CALLS_PER_TOKEN": int(os.environ.get("API_CALLS_PER_TOKEN", "1000")),
        # In place of the one that the owner typed on the Settings page.
        "SMTP_PASSWORD": os.environ.get("SHOPADMIN_SMTP_PASSWORD"),
        # A file's last line ends with a break.
        "SMS_SECRET": os.environ.get("SHOPADMIN_SMS_SECRET", "").strip() or None,
        # What one password check costs in memory (argon2id); less is weaker.
        "PASSWORD_MEMORY_KIB": 65_536,
    }
