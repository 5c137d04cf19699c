"""The table of pushes, as it stands for those who send them and for those who read what came of them."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AdminView, Column
from shopadmin_red_envelope import labels
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.services.push_lists import Listed


def render(
    view: AdminView, found: Iterable[Listed], state: Any, when: Any, at: Callable[[Listed], int | None],
    empty: tuple[Any, Any],
) -> str:  # fmt: skip
    """The page. ``state``, ``when``: the headings of what a push has come to and of ``at``, an instant or none."""
    page = view.render(
        "shopadmin_red_envelope/table.html",
        title=view.name,
        rows=[
            {
                "title": one.title,
                "state": labels.push_badge(one.state),
                "asked": one.groups.asked,
                "holdout": one.groups.holdout,
                "at": None if (instant := at(one)) is None else to_datetime(instant),
                "url": url_for(".page_view", row_id=one.campaign_id),
            }
            for one in found
        ],
        columns=(
            Column("title", _("Campaign")),
            Column("state", state, "badge"),
            Column("asked", _("Told"), "number"),
            Column("holdout", _("Kept back"), "number"),
            Column("at", when, "time"),
        ),
        create_url="",
        create_label="",
        empty=empty,
        back_url=url_for("red_envelope_campaigns.index_view"),
        back_text=_("Red envelopes"),
    )
    return str(page)
