# mypy: disable-error-code="no-untyped-call"
"""How a form on a page of its own is answered: shown, refused at its fields, or saved."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from shopadmin.admin.base import AdminView
from shopadmin.contract import Problem
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.lists import parse_id


def answer(
    view: AdminView, form: Any, save: Callable[[], tuple[str, Any]], *, not_now: Problem | None = None, **shown: Any
) -> ResponseReturnValue:
    """Show the form; or ``save`` what it says, which returns where to go and what to say.

    Nothing is saved with 400, bad values, 404, nothing there, nor with 409, when it is not possible (any more). What
    was typed stays. ``not_now``: why it cannot be done as things stand: said on the page that the form leads back to
    (``back_url``), instead of an open form that is refused when it was filled in. ``save`` refuses it as ever.
    """
    if not_now is not None and request.method == "GET" and shown.get("back_url"):
        flash(str(not_now.message), "error")
        return redirect(shown["back_url"])
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            try:
                url, done = save()
            except MissingError:
                abort(404)
            except RefusedError as refused:
                show(form, refused.problems)
            except ObjectionsError as objections:
                status = 409
                show(form, objections.problems)
            else:
                flash(str(done), "success")
                return redirect(url, 303)
    template = shown.pop("template", "admin/model/form.html")
    return str(view.render(template, form=form, **shown)), status


def show(form: Any, problems: Iterable[Problem]) -> None:
    """Put each objection at its field, or above the form."""
    for problem in problems:
        field = form._fields.get(problem.field)
        if field is None:
            form.form_errors.append(str(problem.message))
        else:
            field.errors = [*field.errors, str(problem.message)]


def seen_version(name: str = "version") -> int:
    """The version that the person was looking at, out of the address; without one 400."""
    return parse_id(request.args.get(name, ""))
