"""What the pages of single rows share: plugins' cards, a service's refusals as answers, flashed results."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flask import abort, current_app, flash, request, url_for
from flask_babel import format_currency
from flask_babel import gettext as _
from markupsafe import Markup

from shopadmin import hook_guard
from shopadmin.contract import Actor, Panel, Text
from shopadmin.domain import money
from shopadmin.services import pictures
from shopadmin.services.buyers import BuyerCard
from shopadmin.services.conflicts import ChangedMeanwhileError, MissingError, ObjectionsError, RefusedError
from shopadmin.services.timeline import Event


def rendered_panels(found: Iterable[tuple[str, Panel]]) -> list[dict[str, Any]]:
    """Each card rendered alone from its own context; one that raises becomes its title and a reference."""
    return [_rendered(plugin, panel) for plugin, panel in found]


def _rendered(plugin: str, panel: Panel) -> dict[str, Any]:
    try:
        with hook_guard.calling(plugin, "panel template", reads=True):
            template = current_app.jinja_env.get_template(panel.template)
            # What the template makes is markup already: it escaped its own values.
            return {"title": panel.title, "html": Markup(template.render(**panel.context))}  # noqa: S704
    except Exception:  # a plugin's template may raise anything; it costs its own card
        return {"title": panel.title, "reference": hook_guard.reference()}


def attempt(change: Callable[[], object], done: Any) -> int:
    """Run a change and flash how it went. 200 when it is done, 400 or 409 when nothing was changed, else a 404."""
    try:
        change()
    except MissingError:
        abort(404)
    except RefusedError as refused:
        return _say(refused.problems, 400)
    except ChangedMeanwhileError as faster:
        values = _("You wanted: “%(wanted)s”. It is now: “%(current)s”.", wanted=faster.wanted, current=faster.current)
        flash(f"{faster.problems[0].message} {values}", "error")
        return 409
    except ObjectionsError as objections:
        return _say(objections.problems, 409)
    flash(str(done), "success")
    return 200


def _say(problems: Iterable[Any], status: int) -> int:
    for problem in problems:
        flash(str(problem.message), "error")
    return status


def uploaded_picture() -> tuple[str, bytes]:
    """Name and bytes of the uploaded file: one byte more than allowed is enough to see that it is too large."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    with file.stream:
        return file.filename or "", file.stream.read(pictures.MAX_BYTES + 1)


def buyer_context(actor: Actor, card: BuyerCard, reveal_url: str) -> dict[str, Any]:
    """What admin/buyers/card.html shows of a buyer."""
    shown = card.contact
    leads = card.id is not None and actor.can("core.buyers:read")
    return {
        "name": card.name,
        "recipient": "" if shown.recipient == card.name else shown.recipient,
        "phone": shown.phone,
        "email": shown.email,
        "address": shown.address,
        "is_revealed": shown.is_revealed,
        "url": url_for("buyers.details_view", row_id=card.id) if leads else None,
        "reveal_url": reveal_url if card.can_reveal else None,
    }


def order_row(row: Any) -> dict[str, Any]:
    """An order as other pages list it."""
    shown = {name: getattr(row, name) for name in ("id", "order_no", "created_at", "status", "total", "currency")}
    return shown | {"url": url_for("orders.details_view", row_id=row.id)}


def review_row(row: Any) -> dict[str, Any]:
    """A review as other pages list it."""
    shown = {name: getattr(row, name) for name in ("id", "stars", "grade", "body", "created_at", "answer")}
    return shown | {"url": url_for("reviews.details_view", row_id=row.id)}


def to_import(actor: Actor, title: Text, text: Text) -> dict[str, Any]:
    """Why a list is empty in a new shop, and the way to fill it for those who may."""
    can_import = actor.can("core.imports:run") and "imports" in current_app.blueprints
    action = {"label": _("Import files"), "url": url_for("imports.index_view")} if can_import else None
    return {"title": title, "text": text, "action": action, "icon": "upload"}


def money_text(minor: int, currency: str) -> str:
    """An amount as text in the reader's language."""
    return str(format_currency(money.to_decimal(minor, currency), currency))


def list_address(actor: Actor, endpoint: str, permission: str) -> str:
    """The first page of a view, empty where there is none or the actor may not open it."""
    can_open = endpoint in current_app.blueprints and actor.can(permission)
    return url_for(f"{endpoint}.index_view") if can_open else ""


def linked(event: Event) -> Event:
    """The event with the address of what it happened to."""
    views = {
        "order": ("orders", _("order")),
        "review": ("reviews", _("review")),
        "buyer": ("buyers", _("buyer")),
        "complaint": ("complaints", _("complaint")),
    }
    if event.about is None or event.about[0] not in views:
        return event
    (_kind, row_id), (endpoint, word) = event.about, views[event.about[0]]
    return replace(event, url=url_for(f"{endpoint}.details_view", row_id=row_id), link_text=f"{word} #{row_id}")
