# mypy: disable-error-code="no-untyped-call"
"""How a form on a page of its own is answered: shown, refused at its fields, or saved."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from shopadmin.plugin_api import AdminView, MissingError, ObjectionsError, RefusedError, parse_id
from shopadmin_review_recovery.reply_forms import show_problems


def answer(view: AdminView, form: Any, save: Callable[[], tuple[str, Any]], **shown: Any) -> ResponseReturnValue:
    """Show the form; or ``save`` what it says, which returns where to go and what to say.

    Nothing is saved with 400, bad values, 404, nothing there, nor with 409, when it is not possible (any more). What
    was typed stays.
    """
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            try:
                url, done = save()
            except MissingError:
                abort(404)
            except RefusedError as refused:
                show_problems(form, refused)
            except ObjectionsError as objections:
                status = 409
                form.form_errors += [str(problem.message) for problem in objections.problems]
            else:
                flash(str(done), "success")
                return redirect(url)
    template = shown.pop("template", "admin/model/form.html")
    return str(view.render(template, form=form, **shown)), status


def version() -> int:
    """The version that the person was looking at, out of the address; without one 400."""
    return parse_id(request.args.get("version", ""))
