"""The rival of a claim over HTTP: a Django view that writes the same rows under ``select_for_update`` and ``F()``.

It is what a careful hand would write: every look-up by key, the answer stored under its key in the same transaction,
a connection that stays open. Its tables are the shop's, without the triggers.
"""

import hashlib
import sys
import time
from typing import Any

import django
from django.conf import settings
from sqlalchemy import make_url

PREFIX = "plugin_red_envelope_"
_LABEL = "bench_django_view"


def application(url: str) -> Any:
    """The WSGI application over the database at ``url``. ``POST /<campaign>`` with the headers Buyer and Key."""
    settings.configure(
        DATABASES={"default": _database(url)}, SECRET_KEY="k" * 40, ALLOWED_HOSTS=["*"], ROOT_URLCONF=_LABEL,
        USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", MIDDLEWARE=[], INSTALLED_APPS=[],
        DEBUG_PROPAGATE_EXCEPTIONS=True,
        LOGGING_CONFIG=None,  # a line for every refusal would slow the rival down
    )  # fmt: skip
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.urls import path

    sys.modules[_LABEL] = module = type(sys)(_LABEL)
    module.urlpatterns = [path("<int:campaign>", _view())]  # type: ignore[attr-defined]
    return get_wsgi_application()


def _database(url: str) -> dict[str, object]:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
        options = {"transaction_mode": "IMMEDIATE", "init_command": pragmas, "timeout": 30}
        return {
            "ENGINE": "django.db.backends.sqlite3", "NAME": parts.database, "OPTIONS": options, "CONN_MAX_AGE": None,
        }  # fmt: skip
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.database, "USER": parts.username,
        "HOST": parts.query.get("host"), "CONN_MAX_AGE": None,
    }  # fmt: skip


def _models() -> Any:
    from django.db import models

    class Stock(models.Model):
        campaign_id = models.BigIntegerField(primary_key=True)
        total = models.BigIntegerField()
        claimed = models.BigIntegerField()

        class Meta:
            app_label, db_table, managed = "bench", f"{PREFIX}stock", False

    class Envelope(models.Model):
        campaign_id = models.BigIntegerField()
        buyer = models.CharField(max_length=200)
        amount = models.BigIntegerField(default=1000)
        currency = models.CharField(max_length=3, default="CNY")
        use_from = models.BigIntegerField(default=0)
        use_to = models.BigIntegerField(default=4_000_000_000_000)
        claimed_at = models.BigIntegerField()
        state = models.CharField(max_length=10, default="available")
        moves = models.BigIntegerField(default=1)

        class Meta:
            app_label, db_table, managed = "bench", f"{PREFIX}envelope", False

    class Ledger(models.Model):
        pk = models.CompositePrimaryKey("envelope_id", "move", "book", "line_key", "from_account", "to_account")
        envelope_id = models.BigIntegerField()
        move = models.BigIntegerField(default=1)
        book = models.CharField(max_length=10, default="envelope")
        line_key = models.CharField(max_length=64, default="")
        from_account = models.CharField(max_length=12, default="unissued")
        to_account = models.CharField(max_length=12, default="outstanding")
        amount = models.BigIntegerField(default=1000)
        currency = models.CharField(max_length=3, default="CNY")
        event = models.CharField(max_length=10, default="issue")
        source = models.CharField(max_length=32, default="")
        at = models.BigIntegerField()

        class Meta:
            app_label, db_table, managed = "bench", f"{PREFIX}ledger", False

    class Stored(models.Model):
        key_hash = models.BinaryField(primary_key=True)
        fingerprint = models.BinaryField()
        status = models.SmallIntegerField()
        body = models.BinaryField()
        location = models.CharField(max_length=200)
        created_at = models.DateTimeField()

        class Meta:
            app_label, db_table, managed = "bench", "api_idempotency", False

    class Entry(models.Model):
        at = models.DateTimeField()
        code = models.CharField(max_length=80, default="red_envelope.envelope.claimed")
        object_type = models.CharField(max_length=40, default="red_envelope.envelope")
        object_id = models.CharField(max_length=80)
        before = models.JSONField(default=dict)
        after = models.JSONField()
        reason = models.CharField(max_length=500, default="")
        ip = models.CharField(max_length=45, default="")
        request_id = models.CharField(max_length=36, default="")

        class Meta:
            app_label, db_table, managed = "bench", "audit_entry", False

    return Stock, Envelope, Ledger, Stored, Entry


def _view() -> Any:
    from django.db import transaction
    from django.db.models import F
    from django.http import HttpResponse
    from django.utils import timezone
    from django.views.decorators.csrf import csrf_exempt

    stock_model, envelope_model, ledger_model, stored_model, entry_model = _models()

    def answer(status: int, body: bytes) -> Any:
        headers = {"Content-Length": str(len(body))}
        return HttpResponse(body, status=status, content_type="application/json", headers=headers)

    @csrf_exempt
    def claim(request: Any, campaign: int) -> Any:
        buyer = request.headers["Buyer"]
        key = hashlib.sha256(f"{buyer}\n{request.headers['Idempotency-Key']}".encode()).digest()
        if (stored := stored_model.objects.filter(key_hash=key).first()) is not None:
            return answer(stored.status, bytes(stored.body))
        with transaction.atomic():
            stock = stock_model.objects.select_for_update().get(campaign_id=campaign)
            if stock.claimed >= stock.total:
                return answer(409, b'{"code":"sold_out"}')
            if envelope_model.objects.filter(campaign_id=campaign, buyer=buyer).exists():
                return answer(409, b'{"code":"already_claimed"}')
            at, now = int(time.time() * 1000), timezone.now()
            envelope = envelope_model.objects.create(campaign_id=campaign, buyer=buyer, claimed_at=at)
            ledger_model.objects.create(envelope_id=envelope.id, at=at)
            body = b'{"id":%d,"text":"%s"}' % (envelope.id, b"x" * 360)
            where = f"/api/v1/red-envelope/wallet/{envelope.id}"
            stored_model.objects.create(
                key_hash=key, fingerprint=key, status=201, body=body, location=where, created_at=now
            )
            entry_model.objects.create(at=now, object_id=str(envelope.id), after={"campaign": campaign})
            stock_model.objects.filter(campaign_id=campaign).update(claimed=F("claimed") + 1)
        return answer(201, body)

    return claim
