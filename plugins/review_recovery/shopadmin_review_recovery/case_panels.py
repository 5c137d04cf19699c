"""Cards of a case's page, each made by a function of the case and the person: the template and what it shows.

The page shows them in this order below what the buyer wrote; a function that returns None has nothing to show.
"""

from collections.abc import Callable, Sequence
from typing import Any

from flask import render_template, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from shopadmin.plugin_api import Actor, Panel
from shopadmin_review_recovery import evidence_panels, labels, permissions, reply_panels, run_views
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import case_records

MakePanel = Callable[[ReviewCase, Actor], Panel | None]


def linked_panel(case: ReviewCase, actor: Actor) -> Panel | None:
    """Other cases of the same order or buyer."""
    rows = [
        {
            "text": f"#{other.id}",
            "url": url_for("review_recovery_cases.details_view", row_id=other.id),
            "mark": labels.state_badge(other.state),
            "is_same_order": other.order_id is not None and other.order_id == case.order_id,
        }
        for other in case_records.linked(case)
    ]
    if not rows:
        return None
    return Panel(_("Linked cases"), "shopadmin_review_recovery/linked_panel.html", permissions.READ, {"rows": rows})


PANELS: Sequence[MakePanel] = (
    reply_panels.answer_panel,
    run_views.panel,
    reply_panels.compensation_panel,
    evidence_panels.signals_panel,
    evidence_panels.evidence_panel,
    evidence_panels.platform_panel,
    linked_panel,
)


def shown(case: ReviewCase, actor: Actor) -> list[dict[str, Any]]:
    """The cards that the person may see."""
    made = [make(case, actor) for make in PANELS]
    return [
        # What the template makes is markup already: it escaped its own values.
        {"title": panel.title, "html": Markup(render_template(panel.template, **panel.context))}  # noqa: S704
        for panel in made
        if panel is not None and actor.can(panel.permission)
    ]
