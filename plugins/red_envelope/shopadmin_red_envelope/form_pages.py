# mypy: disable-error-code="no-untyped-call"
"""How every form of the plugin is answered: shown, refused at its fields, or set against what is stored meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AdminView, ObjectionsError, RefusedError, parse_id, shop_settings
from shopadmin_red_envelope.form_notes import show_problems, show_stored, time_notes
from shopadmin_red_envelope.services.changing import StaleError


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored now: a form that holds it, and where to post a form to that has seen it."""

    form: Any
    url: str


def answer(
    view: AdminView,
    form: Any,
    save: Callable[[], str],
    stored: Callable[[], Stored] | None = None,
    **shown: Any,
) -> ResponseReturnValue:
    """Show the form; or ``save`` what it says and go to the address that returns.

    Nothing is saved with 400, bad values, nor with 409, when it is not possible (any more). What was typed stays. If
    somebody was faster, what ``stored`` says stands beside it, and saving once more is about that.
    """
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            try:
                return _saved(save(), form)
            except RefusedError as refused:
                show_problems(form, refused)
            except ObjectionsError as objections:
                status = 409
                form.form_errors += [str(problem.message) for problem in objections.problems]
                if isinstance(objections, StaleError) and stored is not None:
                    found = stored()
                    show_stored(form, found.form)
                    shown["form_url"] = found.url
    return page(view, form, **shown), status


def page(view: AdminView, form: Any, **shown: Any) -> str:
    """The form as it stands."""
    return str(view.render("shopadmin_red_envelope/form.html", form=form, zone=shop_settings().timezone, **shown))


def row_id(text: str) -> int:
    """An id out of an address; what cannot be one is 404."""
    try:
        return parse_id(text)
    except ValueError:
        abort(404)


def version() -> int:
    """The version that the person was looking at, out of the address; without one 400."""
    text = request.args.get("version", "")
    return 0 if text == "0" else parse_id(text)


def _saved(url: str, form: Any) -> ResponseReturnValue:
    flash(str(_("Saved.")), "success")
    for note in time_notes(form):
        flash(note, "warning")
    return redirect(url)
