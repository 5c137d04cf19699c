"""Cards of a label's page, each made by a function of the label and the person; None has nothing to show."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import render_template
from markupsafe import Markup

from shopadmin.plugin_api import Actor, Panel
from shopadmin_buyer_labels import appeal_panel, evidence_panel
from shopadmin_buyer_labels.models import Label

MakePanel = Callable[[Label, Actor], Panel | None]
PANELS: tuple[MakePanel, ...] = (evidence_panel.make, appeal_panel.make, appeal_panel.make_complaints)


def shown(label: Label, actor: Actor) -> list[dict[str, Any]]:
    """The cards that the person may see."""
    return drawn((make(label, actor) for make in PANELS), actor)


def drawn(made: Iterable[Panel | None], actor: Actor) -> list[dict[str, Any]]:
    """Those of the cards that the person may see, as a page shows them."""
    return [
        # What the template makes is markup already: it escaped its own values.
        {"title": panel.title, "html": Markup(render_template(panel.template, **panel.context))}  # noqa: S704
        for panel in made
        if panel is not None and actor.can(panel.permission)
    ]
