# mypy: disable-error-code="no-untyped-call"
"""What proves something about a case, and what the shop makes of it: a pack, a complaint, an incident, a suspicion."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import Response, abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    MissingError,
    ObjectionsError,
    answer_form,
    attempt,
    evidence_response,
    parse_id,
    seen_version,
    uploaded_picture,
)
from shopadmin_review_recovery import evidence_forms, evidence_panels, permissions
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import case_records, complaints, evidence, incidents, suspicions

CASE = "review_recovery_cases.details_view"


class EvidenceView(AdminView):
    """Evidence of cases. What the core asks for besides (orders, complaints, incidents) is asked by the services."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "shown_view": permissions.READ,
        "pack_view": permissions.EXPORT,
        **dict.fromkeys(
            (
                "picture_view", "text_view", "order_view", "review_view", "complaint_view", "removed_view",
                "incident_view", "suspect_view", "lift_view",
            ),
            permissions.REPLY,
        ),
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__(name=_("Evidence"), endpoint="review_recovery_evidence", url="/admin/review-recovery/evidence")

    def form_page(self, values: Mapping[str, Any]) -> str:
        """All evidence of the case."""
        return url_for(f"{self.endpoint}.index_view", case=values["case_id"])

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All evidence of one case, ``?case=``."""
        return self._page(self._case(request.args.get("case", "")))

    @expose("/case/<case_id>/shown/<row_id>")
    def shown_view(self, case_id: str, row_id: str) -> Response:
        """The copy of a piece that pages show."""
        return evidence_response(row_id, evidence.SUBJECT, self._case(case_id).id)

    @expose("/case/<case_id>/pack")
    def pack_view(self, case_id: str) -> ResponseReturnValue:
        """The evidence pack, with its cover in the language of the address, else the reader's."""
        case = self._case(case_id)
        try:
            file = evidence.pack(self.actor, case.id, request.args.get("language", ""))
        except ObjectionsError as objections:
            for problem in objections.problems:
                flash(str(problem.message), "error")
            return self._page(case), 409
        answer: Response = send_file(file, "application/zip", as_attachment=True, download_name=f"case-{case.id}.zip")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/case/<case_id>/picture", methods=["GET", "POST"])
    def picture_view(self, case_id: str) -> ResponseReturnValue:
        """Keep a picture."""
        case, form = self._case(case_id), evidence_forms.PictureForm(self._may_name_authority)

        def save() -> None:
            name, content = uploaded_picture()
            evidence.keep_picture(self.actor, case.id, content, evidence_forms.origin(form), name)

        return self._form(case, form, save, _("Keep a picture"), _("Keep it"), _("The evidence is kept."))

    @expose("/case/<case_id>/text", methods=["GET", "POST"])
    def text_view(self, case_id: str) -> ResponseReturnValue:
        """Keep a text."""
        case, form = self._case(case_id), evidence_forms.TextForm(self._may_name_authority)

        def save() -> None:
            evidence.keep_text(self.actor, case.id, form.what.data, form.text.data, evidence_forms.origin(form))

        return self._form(case, form, save, _("Keep a text"), _("Keep it"), _("The evidence is kept."))

    @expose("/case/<case_id>/order", methods=["POST"])
    def order_view(self, case_id: str) -> ResponseReturnValue:
        """Keep what the shop's books say of the order."""
        return self._act(case_id, lambda found: evidence.keep_order(self.actor, found), _("The evidence is kept."))

    @expose("/case/<case_id>/review", methods=["POST"])
    def review_view(self, case_id: str) -> ResponseReturnValue:
        """Keep the review as it stands here."""
        return self._act(case_id, lambda found: evidence.keep_review(self.actor, found), _("The evidence is kept."))

    @expose("/case/<case_id>/complaint", methods=["GET", "POST"])
    def complaint_view(self, case_id: str) -> ResponseReturnValue:
        """Open a complaint to the platform."""
        permissions.require(self.actor, complaints.WORK)
        case = self._case(case_id)
        form = evidence_forms.ComplaintForm(case.platform)

        def save() -> None:
            deadline = evidence_forms.instant(form.deadline_at)
            complaints.open_for(self.actor, case.id, form.ground.data, form.note.data or "", deadline)

        done = _("The complaint is open. Collect what the checklist asks for.")
        return self._form(
            case,
            form,
            save,
            _("Open a complaint"),
            _("Open a complaint"),
            done,
            _("All evidence of the case goes with it."),
        )

    @expose("/case/<case_id>/removed", methods=["POST"])
    def removed_view(self, case_id: str) -> ResponseReturnValue:
        """The platform took the review down."""
        version = seen_version()
        return self._act(case_id, lambda found: complaints.removed(self.actor, found, version), _("Saved."))

    @expose("/case/<case_id>/incident", methods=["GET", "POST"])
    def incident_view(self, case_id: str) -> ResponseReturnValue:
        """Write down that the buyer demanded something for the review."""
        permissions.require(self.actor, incidents.CREATE)
        case, form = self._case(case_id), evidence_forms.IncidentForm()

        def save() -> None:
            at = evidence_forms.instant(form.occurred_at)
            assert at is not None  # noqa: S101 - the form wants it
            incidents.record_demand(self.actor, case.id, at, form.note.data or "")

        title = _("Write down a demand for the review")
        return self._form(
            case,
            form,
            save,
            title,
            _("Write it down"),
            _("The incident is written down."),
            _("All evidence of the case goes with it."),
        )

    @expose("/case/<case_id>/suspect", methods=["GET", "POST"])
    def suspect_view(self, case_id: str) -> ResponseReturnValue:
        """The owner suspects the review."""
        permissions.require(self.actor, permissions.SUSPECT)
        case, form = self._case(case_id), evidence_forms.SuspicionForm()

        def save() -> None:
            suspicions.suspect(self.actor, case.id, form.kind.data, form.note.data)

        return self._form(
            case,
            form,
            save,
            _("Suspect this review"),
            _("Suspect it"),
            _("Saved."),
            _(
                "It stays in the shop: no buyer hears of it, and refunds and answers go on as ever. "
                "It ends after 180 days, and when the platform rejects a complaint."
            ),
        )

    @expose("/case/<case_id>/lift", methods=["POST"])
    def lift_view(self, case_id: str) -> ResponseReturnValue:
        """The owner takes the suspicion back."""
        return self._act(case_id, lambda found: suspicions.lift(self.actor, found), _("Saved."))

    def _form(
        self,
        case: ReviewCase,
        form: Any,
        change: Callable[[], None],
        title: Any,
        label: Any,
        done: Any,
        subtitle: Any = "",
    ) -> ResponseReturnValue:
        url = url_for(CASE, row_id=case.id)

        def save() -> tuple[str, Any]:
            change()
            return url, done

        return answer_form(
            self, form, save, title=title, subtitle=subtitle, submit_label=label, back_url=url,
            back_text=_("Case %(number)s", number=case.id),
        )  # fmt: skip

    def _act(self, case_id: str, change: Callable[[int], object], done: Any) -> ResponseReturnValue:
        case = self._case(case_id)
        status = attempt(lambda: change(case.id), done)
        return redirect(url_for(CASE, row_id=case.id), 303) if status == 200 else (self._page(case), status)

    @property
    def _may_name_authority(self) -> bool:
        return self.actor.can(permissions.AUTHORITY)

    def _case(self, text: str) -> ReviewCase:
        try:
            return case_records.find(parse_id(text))
        except (ValueError, MissingError):
            abort(404)

    def _page(self, case: ReviewCase) -> str:
        number = case.id
        return str(
            self.render(
                "shopadmin_review_recovery/evidence_page.html",
                title=gettext("Evidence of case %(number)s", number=number),
                back_url=url_for(CASE, row_id=number),
                back_text=_("Case %(number)s", number=number),
                **evidence_panels.evidence_context(case, self.actor),
            )
        )
