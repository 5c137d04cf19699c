# mypy: disable-error-code="no-untyped-call"
"""Pages of runs: the conversation as it goes on, a big button for each answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    Actor,
    AdminView,
    MissingError,
    ObjectionsError,
    Panel,
    Problem,
    RefusedError,
    attempt,
    db,
    is_contact_blocked,
    parse_id,
    phone_to_ring,
    shop_settings,
)
from shopadmin_review_recovery import permissions, run_pages, script_labels
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.models import ReviewCase, ReviewScriptStep
from shopadmin_review_recovery.services import case_records, dossiers, forgotten, remedies, run_records, runs

_LONGEST_NUMBER = 6
_CONTACT = "core.buyers:contact"


class RunsView(AdminView):
    """Conversations by a script. Reading needs the cases' right, every step the right to work on them."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "run_view": permissions.READ,
        "start_view": permissions.REPLY,
        "step_view": permissions.REPLY,
        "settle_view": permissions.REPLY,
        "number_view": permissions.REPLY,
    }

    def __init__(self) -> None:
        super().__init__(name=_("Calls"), endpoint="review_recovery_runs", url="/admin/review-recovery/calls")

    def form_page(self, values: Mapping[str, Any]) -> str:
        """The calls of the case; of one of them the call itself."""
        return url_for(f"{self.endpoint}.index_view", case=values["case_id"]) if "case_id" in values else ""

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The calls of one case, ``?case=``."""
        case = _case(request.args.get("case", ""))
        return self._page(case, None), 200

    @expose("/run/<row_id>")
    def run_view(self, row_id: str) -> ResponseReturnValue:
        """One conversation: where it stands, and the way so far."""
        run = _run(row_id)
        return self._page(_case(str(run.case_id)), run), 200

    @expose("/start/<case_id>", methods=["POST"])
    def start_view(self, case_id: str) -> ResponseReturnValue:
        """Begin a conversation; the contact gate answers first."""
        case = _case(case_id)
        made: list[int] = []
        language = request.form.get("language", "")
        status = attempt(
            lambda: made.append(runs.start(self.actor, case.id, language)), _("The contact gate has answered.")
        )
        if status != 200:
            return self._page(_case(case_id), None), status
        return redirect(url_for(".run_view", row_id=made[0]))

    @expose("/run/<row_id>/step", methods=["POST"])
    def step_view(self, row_id: str) -> ResponseReturnValue:
        """Take one step. What was typed stays when it is refused."""
        run = _run(row_id)
        number = request.form.get("number", "")
        at = int(number) if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER else -1
        typed = {name: value for name, value in request.form.items() if name in script_labels.INPUTS}
        try:
            runs.step(self.actor, run.id, at, request.form.get("on", ""), typed)
        except MissingError:
            abort(404)
        except RefusedError as refused:
            return self._page(_case(str(run.case_id)), run, typed, refused.problems), 400
        except ObjectionsError as objections:
            for problem in objections.problems:
                flash(str(problem.message), "error")
            return self._page(_case(str(run.case_id)), run, typed), 409
        flash(gettext("Noted."), "success")
        return redirect(url_for(".run_view", row_id=run.id))

    @expose("/run/<row_id>/number", methods=["POST"])
    def number_view(self, row_id: str) -> ResponseReturnValue:
        """The same page with the number to ring, once; the log remembers who looked. Only while the call goes on."""
        run = _run(row_id)
        case = _case(str(run.case_id))
        permissions.require(self.actor, _CONTACT)
        if not _may_ring(case, run_records.steps(run.id), datetime.now(UTC)):
            refused = gettext("The number is shown while a call goes on, and not once the buyer wants no contact.")
            flash(refused, "error")
            return self._page(case, run), 409
        return self._page(case, run, number=phone_to_ring(self.actor, case.buyer_id or 0, is_revealed=True)), 200

    @expose("/settle/<case_id>", methods=["POST"])
    def settle_view(self, case_id: str) -> ResponseReturnValue:
        """What was promised is done and paid."""
        case = _case(case_id)
        status = attempt(lambda: remedies.settle(self.actor, case.id), _("Noted: what was promised is done."))
        return redirect(url_for(".index_view", case=case.id)) if status == 200 else (self._page(case, None), status)

    def _page(
        self,
        case: ReviewCase,
        run: Any,
        typed: Mapping[str, str] | None = None,
        refused: Sequence[Problem] = (),
        number: str = "",
    ) -> str:
        context = panel_context(case, self.actor, run, typed or {}) | _errors(refused)
        if number:
            context |= {"number": number, "tel": "tel:" + number.replace("-", ";ext="), "may_see_number": False}
        title = gettext("Call about case %(number)s", number=case.id)
        back = _case_url(case.id)
        return str(
            self.render(
                "shopadmin_review_recovery/run_page.html", title=title, back_url=back,
                back_text=gettext("Case %(number)s", number=case.id) if back else "", **context,
            )
        )  # fmt: skip


def panel(case: ReviewCase, actor: Actor) -> Panel:
    """The card on a case's page: the conversation that goes on, else the button that begins one."""
    context = panel_context(case, actor, None, {})
    return Panel(_("Call"), "shopadmin_review_recovery/run.html", permissions.READ, context)


def panel_context(case: ReviewCase, actor: Actor, run: Any, typed: Mapping[str, str]) -> dict[str, Any]:
    """What run.html shows. ``run``: None for the case's newest one; ``typed``: what was refused."""
    now = datetime.now(UTC)
    all_runs = run_records.of_case(case.id)
    chosen = run or (all_runs[0] if all_runs else None)
    shown = run_pages.shown(chosen, case, actor, now) if chosen else None
    may_work = actor.can(permissions.REPLY)
    may_ring = may_work and not forgotten.is_forgotten(case)
    is_free = not all_runs or not run_records.goes_on(run_records.steps(all_runs[0].id), now)
    return {
        "case": case,
        "shown": shown,
        "typed": typed,
        "may_work": may_work,
        "may_step": may_ring and chosen is not None and chosen.id == all_runs[0].id,
        "may_begin": may_ring and is_free and case.state not in (*ENDED, "on_hold"),
        "languages": list(script_labels.LANGUAGES.items()),
        "language": dossiers.language_of(case) or run_pages.reader_language(),
        "number": phone_to_ring(actor, case.buyer_id) if may_ring and case.buyer_id else "",
        "may_see_number": actor.can(_CONTACT)
        and chosen is not None
        and _may_ring(case, run_records.steps(chosen.id), now),
        "has_contact_right": actor.can(_CONTACT),
        "zone": shop_settings().zone,
        **_errors(()),
        "open_remedies": remedies.open_count(db.session(), case.id),
        "earlier": [one for one in all_runs if chosen is None or one.id != chosen.id],
    }


def _may_ring(case: ReviewCase, taken: list[ReviewScriptStep], now: datetime) -> bool:
    """The gate let the call through, it goes on, and the buyer has not said meanwhile that nobody may ring (G4)."""
    return run_records.goes_on(taken, now) and case.buyer_id is not None and not is_contact_blocked(case.buyer_id)


def _errors(refused: Sequence[Problem]) -> dict[str, Any]:
    """What is wrong, once each: by field, and in a line with the names of the fields."""
    errors: dict[str, list[str]] = {}
    for problem in refused:
        found = errors.setdefault(problem.field, [])
        if str(problem.message) not in found:
            found.append(str(problem.message))
    wrong = [(script_labels.INPUTS.get(field, ""), field, texts) for field, texts in errors.items()]
    return {"errors": errors, "wrong": wrong}


def _run(text: str) -> Any:
    try:
        return run_records.find(parse_id(text))
    except (ValueError, MissingError):
        abort(404)


def _case(text: str) -> ReviewCase:
    try:
        return case_records.find(parse_id(text))
    except (ValueError, MissingError):
        abort(404)


def _case_url(case_id: int) -> str:
    return url_for("review_recovery_cases.details_view", row_id=case_id)
