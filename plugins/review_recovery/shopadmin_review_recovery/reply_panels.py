"""Cards of a case's page: answering with quick replies, and compensation."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, Panel
from shopadmin_review_recovery import answer_views, permissions
from shopadmin_review_recovery import reply_labels as labels
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.models import ReviewCase, ReviewCompensation
from shopadmin_review_recovery.services import answers, compensations, forgotten

_FIRST = 3


def answer_panel(case: ReviewCase, actor: Actor) -> Panel | None:
    """A search box and the replies that fit best; writing goes on in the composer."""
    if case.state in ENDED or forgotten.is_forgotten(case):
        return None
    # The replies are texts for the buyer; the words around them are for whoever reads the page.
    language = answer_views.language_to(case)
    context = {
        "url": url_for("review_recovery_answers.case_view", row_id=case.id),
        "language": language,
        "locale": labels.LOCALES[language],
        "found": [found.reply for found in answers.suggestions(case, language, "")[:_FIRST]],
    }
    return Panel(_("Answer the buyer"), "shopadmin_review_recovery/answer_panel.html", permissions.REPLY, context)


def compensation_panel(case: ReviewCase, actor: Actor) -> Panel | None:
    """What the buyer gets, and the way to ask for it."""
    rows = [compensation_row(row) for row in compensations.of_case(case.id)]
    may_ask = actor.can(permissions.REPLY) and case.state not in ENDED and not forgotten.is_forgotten(case)
    if not (rows or may_ask):
        return None
    ask_url = url_for("review_recovery_compensations.request_view", row_id=case.id) if may_ask else ""
    context = {"rows": rows, "ask_url": ask_url}
    return Panel(_("Compensation"), "shopadmin_review_recovery/compensation_panel.html", permissions.READ, context)


def compensation_row(row: ReviewCompensation) -> dict[str, Any]:
    """A compensation as a line that leads to its page."""
    return {
        "what": labels.KINDS[row.kind],
        "amount": row.amount,
        "currency": row.currency,
        "mark": labels.state_badge(row.state),
        "url": url_for("review_recovery_compensations.details_view", row_id=row.id),
    }
