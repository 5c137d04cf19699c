"""Take the pictures of the README and the docs anew, of a demo shop in Chromium. ``make pictures``."""

import shutil
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import waitress
from flask import Flask
from playwright.sync_api import sync_playwright
from shopadmin_buyer_labels.models import OrderDecision, OrderHold
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopePush
from shopadmin_review_recovery.models.cases import ReviewCase
from shopadmin_review_recovery.models.scripts import ReviewScript
from shopadmin_review_recovery.services import case_records, opening, runs, scripts
from sqlalchemy import select

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.models.complaints import Complaint
from shopadmin.models.orders import Order
from shopadmin.plugin_api import AccountId, Actor
from shopadmin.services import plugins, schema
from shopadmin.services.demo import load

PICTURES = Path(__file__).resolve().parent / "pictures"
SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
SHOTS = (
    ("today", "/admin/", SIZE, "en", "light"),
    ("orders", "/admin/orders/", SIZE, "en", "light"),
    ("order", "/admin/orders/details/{order}", SIZE, "en", "light"),
    ("reviews", "/admin/reviews/", SIZE, "zh", "light"),
    ("import", "/admin/imports/new", SIZE, "en", "dark"),
    ("phone", "/admin/orders/", PHONE, "zh", "dark"),
    ("plugins", "/admin/plugins/", SIZE, "en", "light"),
    ("campaigns", "/admin/red-envelope/", SIZE, "zh", "light"),
    ("campaign", "/admin/red-envelope/details/{campaign}", SIZE, "en", "light"),
    ("simulator", "/admin/red-envelope/simulator/", SIZE, "en", "light"),
    ("push", "/admin/red-envelope/push-reports/{push}", SIZE, "en", "light"),
    ("cases", "/admin/review-recovery/cases/", SIZE, "en", "light"),
    ("case", "/admin/review-recovery/cases/details/{case}", SIZE, "zh", "light"),
    ("call", "/admin/review-recovery/calls/run/{run}", SIZE, "en", "light"),
    ("call-phone", "/admin/review-recovery/calls/run/{run}", PHONE, "zh", "dark"),
    ("replies", "/admin/review-recovery/replies/", SIZE, "zh", "light"),
    ("script", "/admin/review-recovery/scripts/details/{script}", SIZE, "en", "light"),
    ("causes", "/admin/review-recovery/reports/", SIZE, "en", "light"),
    ("causes-phone", "/admin/review-recovery/reports/", PHONE, "zh", "dark"),
    ("complaint", "/admin/complaints/details/{complaint}", SIZE, "en", "dark"),
    ("label", "/admin/buyer-labels/labels/details/{label}", SIZE, "zh", "light"),
    ("held-order", "/admin/orders/details/{held}", SIZE, "en", "light"),
)


def main() -> None:
    """Serve a fresh demo shop and photograph it."""
    with tempfile.TemporaryDirectory() as folder:
        app = _demo(Path(folder))
        server = waitress.create_server(app, host="127.0.0.1", port=0)
        threading.Thread(target=server.run, daemon=True).start()
        _photograph(app, f"http://127.0.0.1:{server.effective_port}")
        server.close()


def _demo(folder: Path) -> Flask:
    url = f"sqlite:///{folder / 'shop.db'}"
    app = create_app({"DATA_FOLDER": folder, "DATABASE_URL": url, "DATABASE_MIGRATE_URL": url})
    with app.app_context():
        schema.upgrade()
        plugins.switch_on_installed()
        load.load(datetime.now(UTC))
    return app


def _ids(app: Flask) -> dict[str, int]:
    """What the pages of one thing show: the shipped order, the campaign, the push … that the demo made last."""
    upcoming = select(RedEnvelopeCampaign.id).where(RedEnvelopeCampaign.state == "scheduled")
    wanted = {
        "order": select(Order.id).where(Order.status == "completed").order_by(Order.created_at.desc()),
        "campaign": upcoming.order_by(RedEnvelopeCampaign.lock_at.desc()),
        "push": select(RedEnvelopePush.campaign_id).order_by(RedEnvelopePush.campaign_id.desc()),
        "case": select(ReviewCase.id).where(ReviewCase.order_id.is_not(None)).order_by(ReviewCase.id.desc()),
        "script": select(ReviewScript.id),
        "complaint": select(Complaint.id),
    }
    with app.app_context():
        scripts.ensure_shipped()
        found = {name: db.session().scalars(query.limit(1)).one() for name, query in wanted.items()}
        return found | {"run": _call()} | _held()


def _call() -> int:
    """A call to somebody who can be rung, as far as the remedy: the demo's own numbers lead nowhere."""
    owner = Actor(AccountId(1), "Robin", True, frozenset())
    morning = datetime.now(UTC).replace(hour=2, minute=0)
    buyer_id = testing.make_buyer(name="Wang Sample", phone="13900139001", platform="shopify")
    order_id = testing.make_order(1, buyer_id=buyer_id, platform="shopify", status="completed")
    review_id = testing.make_review(
        1, stars=1, body="The lid was broken", platform="shopify", order_id=order_id, buyer_id=buyer_id
    )
    opening.open_for([review_id])
    case = case_records.of_review(review_id)
    assert case is not None  # noqa: S101 - it has just been opened
    run_id = runs.start(owner, case.id, "en", morning)
    for number, answer in enumerate(("yes", "yes", "told", "next", "other", "next"), 1):
        runs.step(owner, run_id, number, answer, {"cause.code": "packaging"}, morning)
    return run_id


def _held() -> dict[str, int]:
    """An order to ship that the demo's rules hold, and the label that they hold it for."""
    to_ship = select(Order.id).where(Order.status == "paid")
    held = select(OrderHold.order_id).where(OrderHold.released_at.is_(None), OrderHold.order_id.in_(to_ship))
    order_id = db.session().scalars(held.order_by(OrderHold.id.desc()).limit(1)).one()
    why = select(OrderDecision.label_id).where(OrderDecision.order_id == order_id, OrderDecision.ended_at.is_(None))
    return {"label": db.session().scalars(why.limit(1)).one(), "held": order_id}


def _photograph(app: Flask, url: str) -> None:
    owner = testing.make_account(app, is_owner=True)
    ids = _ids(app)
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address, size, language, theme in SHOTS:
            client = testing.sign_in(app, owner)
            with client.session_transaction() as cookie:
                cookie.update({"language": language, "theme": theme})
            context = browser.new_context(viewport=size)
            session = client.get_cookie("session")
            context.add_cookies([{"name": "session", "value": session.value, "url": url}])
            page = context.new_page()
            page.goto(url + address.format(**ids), wait_until="networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
