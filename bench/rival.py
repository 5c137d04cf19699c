"""The rival of the list pages: Django's admin over the very same table, columns and indexes, 50 rows a page."""

import sys
from collections.abc import Callable

import django
from django.conf import settings
from django.core.management import call_command
from sqlalchemy import make_url

_LABEL = "bench_rival"


def _database(url: str) -> dict[str, object]:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.database}
    host = parts.query.get("host") or parts.host
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.database, "USER": parts.username, "HOST": host,
        "CONN_MAX_AGE": None,
    }  # fmt: skip


def open_admin(url: str) -> Callable[[str], bytes]:
    """Django's admin over the database at ``url``; the function fetches a page as a signed-in superuser.

    ``show_full_result_count`` is off and the search is by prefix, which is the best that the stock admin can be set to.
    """
    settings.configure(
        DATABASES={"default": _database(url)},
        SECRET_KEY="k" * 40,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=_LABEL,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        STATIC_URL="/static/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        ("django.template.loaders.cached.Loader", ["django.template.loaders.app_directories.Loader"])
                    ],
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ],
                },
            }
        ],
    )
    django.setup()
    _declare()
    call_command("migrate", verbosity=0)
    return _client()


def _declare() -> None:
    """The model, its admin and the addresses; only possible once Django is set up."""
    from django.contrib import admin
    from django.db import models
    from django.urls import path

    class RivalOrder(models.Model):
        platform = models.CharField(max_length=40)
        order_no = models.CharField(max_length=200)
        buyer_name = models.CharField(max_length=200)
        status = models.CharField(max_length=20, choices=[(code, code) for code in ("completed", "paid", "shipped")])
        created_at = models.DateTimeField()
        currency = models.CharField(max_length=3)
        total = models.BigIntegerField(null=True)
        item_count = models.IntegerField(null=True)

        class Meta:
            app_label, db_table, managed = "auth", "shop_order", False

    @admin.register(RivalOrder)
    class RivalAdmin(admin.ModelAdmin):
        list_display = ("order_no", "platform", "created_at", "buyer_name", "item_count", "total", "currency", "status")
        list_filter = ("status",)
        search_fields = ("order_no__startswith",)
        ordering = ("-created_at", "-id")
        list_per_page = 50
        show_full_result_count = False

    sys.modules[_LABEL] = type(sys)(_LABEL)
    sys.modules[_LABEL].urlpatterns = [path("admin/", admin.site.urls)]  # type: ignore[attr-defined]


def _client() -> Callable[[str], bytes]:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("bench", "bench@example.com", "x"))

    def fetch(query: str) -> bytes:
        response = client.get(f"/admin/auth/rivalorder/{query}")
        if response.status_code != 200:
            raise RuntimeError(f"{query}: {response.status_code}")
        return bytes(response.content)

    return fetch
