"""Take the pictures of the README and the docs anew, of a demo shop in Chromium. ``make pictures``."""

import shutil
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import waitress
from flask import Flask
from playwright.sync_api import sync_playwright
from shopadmin_red_envelope.models import RedEnvelopeCampaign
from sqlalchemy import select

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.models.orders import Order
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


def _photograph(app: Flask, url: str) -> None:
    owner = testing.make_account(app, is_owner=True)
    with app.app_context():
        upcoming = (
            select(RedEnvelopeCampaign.id)
            .where(RedEnvelopeCampaign.state == "scheduled")
            .order_by(RedEnvelopeCampaign.lock_at.desc())
            .limit(1)
        )
        campaign = db.session().scalar(upcoming)
        shipped = select(Order.id).where(Order.status == "completed").order_by(Order.created_at.desc()).limit(1)
        order = db.session().scalar(shipped)
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
            page.goto(url + address.format(order=order, campaign=campaign), wait_until="networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
