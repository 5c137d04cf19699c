"""The simulator: what a campaign may cost, from the shop's own history, as figures, pictures and tables."""

from collections.abc import Mapping
from math import ceil
from typing import Any, ClassVar

from flask import Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from shopadmin.plugin_api import (
    AdminView,
    MenuItem,
    MissingError,
    RefusedError,
    parse_id,
)
from shopadmin_red_envelope import labels, permissions
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain.simulation import BreakEven
from shopadmin_red_envelope.form_notes import show_problems
from shopadmin_red_envelope.services import budget, campaigns, forecasts, listing
from shopadmin_red_envelope.services.budget import Stake
from shopadmin_red_envelope.services.forecasts import Forecast, Question
from shopadmin_red_envelope.simulator_forms import DEFAULTS, SimulatorForm, of_campaign
from shopadmin_red_envelope.simulator_pictures import PICTURES, number, percent


class SimulatorView(AdminView):
    """The page, and its pictures at their own addresses."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.REPORT,
        "picture_view": permissions.REPORT,
    }
    menu_item = MenuItem("grow", 21, "calculator", group=labels.AREA)

    def __init__(self) -> None:
        super().__init__(
            name=_("Envelope simulator"), endpoint="red_envelope_simulator", url="/admin/red-envelope/simulator"
        )

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The form with its answer; at first with a campaign's terms, or with the shop's first denomination."""
        campaign = _campaign()
        form = _form(campaign)
        question = _question(form)
        found = forecasts.forecast(question) if question else None
        page = self.render(
            "shopadmin_red_envelope/simulator.html",
            title=self.name,
            form=form,
            campaign=campaign,
            campaigns=listing.latest(),
            question=question,
            found=found,
            **(_answer(question, found, form) if question and found else {}),
            back_url=url_for("red_envelope_campaigns.index_view"),
            back_text=_("Red envelopes"),
        )
        return str(page), 400 if form.errors or form.form_errors else 200

    @expose("/<picture>.svg")
    def picture_view(self, picture: str) -> Response:
        """One picture of the answer."""
        question = _question(_form(None))
        if question is None:
            abort(400)
        found = forecasts.forecast(question)
        if found is None or picture not in _drawn(found):
            abort(404)
        return PICTURES[picture](question, found).drawn()


def _campaign() -> Any:
    """The campaign whose terms are asked for, None for none; 404 for one that is not there."""
    if not request.args.get("campaign"):
        return None
    try:
        return campaigns.find(parse_id(request.args["campaign"]))
    except MissingError:
        abort(404)


def _form(campaign: Any) -> SimulatorForm:
    """Filled from the address, where that asks nothing from the campaign, else with what can be simulated at all."""
    if campaign is None and "denomination" in request.args:
        return SimulatorForm(formdata=request.args)
    values = DEFAULTS if campaign is None else of_campaign(campaign)
    offered = SimulatorForm(formdata=None).denomination.choices
    if "denomination" not in values and offered:
        values = values | {"denomination": offered[0].value}
    return SimulatorForm(formdata=MultiDict({name: str(value) for name, value in values.items() if value is not None}))


def _question(form: SimulatorForm) -> Question | None:
    """What is asked; None with the reasons at the form's fields."""
    if not form.validate():
        return None
    try:
        return form.question()
    except RefusedError as refused:
        show_problems(form, refused)
        return None


def _drawn(found: Forecast) -> list[str]:
    """Which pictures there is something to draw for."""
    return [name for name in PICTURES if (name != "break_even" or found.break_even)]


def _answer(question: Question, found: Forecast, form: SimulatorForm) -> dict[str, Any]:
    """Figures, what weakens them, and pictures."""
    stake = budget.stake(question.draft.amount, question.draft.quantity, question.currency)
    return {
        "tiles": _tiles(question, found, stake),
        "notes": _notes(question, found, stake),
        "pictures": [_shown(name, question, found, form) for name in _drawn(found)],
    }


def _shown(name: str, question: Question, found: Forecast, form: SimulatorForm) -> dict[str, Any]:
    """A picture for ui.chart()."""
    asked = {field.short_name: field.raw_data[0] for field in form if field.raw_data}
    return PICTURES[name](question, found).shown(url_for(".picture_view", picture=name, **asked))


def _tiles(question: Question, found: Forecast, stake: Stake) -> list[dict[str, Any]]:
    """The four figures above the pictures."""
    currency, days = question.currency, question.draft.use_days
    chosen = [one for one in found.break_even if one.rate == question.rate]
    return [
        {
            "title": _("Buyers it fits"),
            "value": number(ceil(found.found.buyers)),
            "note": ngettext(
                "with %(orders)s orders in %(num)s day",
                "with %(orders)s orders in %(num)s days",
                days,
                orders=number(found.found.orders),
            ),
            "tone": "info",
            "icon": "people",
        },
        {
            "title": _("Cost at %(rate)s %%", rate=question.rate),
            "value": money_text(found.chosen.usual, currency),
            "note": gettext(
                "in a period like the busiest %(amount)s", amount=money_text(found.chosen.busiest, currency)
            ),
            "tone": "info",
            "icon": "tag",
        },
        _worst_tile(stake, currency),
        *(_break_even_tile(one, currency, days) for one in chosen),
    ]


def _worst_tile(stake: Stake, currency: str) -> dict[str, Any]:
    worst = stake.worst
    bound = (
        gettext("if every piece is used")
        if worst.is_bound
        else gettext("no bound: one for each of %(buyers)s buyers of the last 365 days", buyers=number(worst.buyers))
    )
    return {
        "title": _("At worst"),
        "value": money_text(worst.amount, currency),
        "note": bound,
        "tone": "warn" if stake.must_be_confirmed or not worst.is_bound else "neutral",
        "icon": "exclamation-triangle-fill",
    }


def _break_even_tile(one: BreakEven, currency: str, days: int) -> dict[str, Any]:
    return {
        "title": _("Pays from"),
        "value": f"+{percent(one.uplift)}",
        "note": ngettext(
            "%(goods)s more sales in %(num)s day",
            "%(goods)s more sales in %(num)s days",
            days,
            goods=money_text(one.goods, currency),
        ),
        "tone": "neutral",
        "icon": "graph-up",
    }


def _notes(question: Question, found: Forecast, stake: Stake) -> list[str]:
    """What to know before acting on the figures: the owner's limit, and what makes them weaker than they look."""
    days = question.draft.use_days
    notes = []
    if stake.must_be_confirmed:
        notes.append(
            gettext(
                "To schedule it the worst case must be typed: your limit is %(limit)s.",
                limit=money_text(stake.limit or 0, question.currency),
            )
        )
    if days > question.days:
        notes.append(
            gettext(
                "Envelopes can be used for %(use)s days, the history covers %(days)s: the figures are too low.",
                use=days,
                days=question.days,
            )
        )
    elif len(found.periods) < 4:
        notes.append(
            ngettext(
                "History gives only %(num)s period of %(length)s.",
                "History gives only %(num)s periods of %(length)s.",
                len(found.periods),
                length=ngettext("%(num)s day", "%(num)s days", days),
            )
        )
    if found.left_out:
        notes.append(
            ngettext(
                "%(orders)s order tells no amount of goods and is left out.",
                "%(orders)s orders tell no amount of goods and are left out.",
                found.left_out,
                orders=number(found.left_out),
            )
        )
    return notes
