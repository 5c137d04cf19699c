# mypy: disable-error-code="no-untyped-call"
"""What the shop learns from its cases: causes as pictures, figures, the rating simulator, and what triage learnt."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from shopadmin.plugin_api import (
    AdminView,
    MenuItem,
    Picture,
    ProductRating,
    attempt,
    platform_name,
    product_ratings,
    product_titles,
    shop_rating,
)
from shopadmin_review_recovery import counted_causes, figures, learning_page, permissions, report_pictures
from shopadmin_review_recovery.counted_causes import Counted
from shopadmin_review_recovery.domain import ratings
from shopadmin_review_recovery.domain.ratings import HIGHEST, Question
from shopadmin_review_recovery.labels import AREA
from shopadmin_review_recovery.learning_labels import NO_LINES
from shopadmin_review_recovery.report_forms import RatingForm, SpanForm
from shopadmin_review_recovery.report_pictures import WEEK
from shopadmin_review_recovery.services import learning
from shopadmin_review_recovery.services.cause_lines import BY
from shopadmin_review_recovery.services.causes_report import Span

# Products that the simulator lists, those with the most reviews.
MOST_PRODUCTS = 50
TARGET = Decimal("4.5")
_PLACES = 4


class ReportsView(AdminView):
    """Causes, figures, the rating simulator, and what triage learnt, beside each other."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "picture_view": permissions.READ,
        "figures_view": permissions.READ,
        "rating_view": permissions.READ,
        "learning_view": permissions.READ,
        "learning_progress_view": permissions.READ,
        "train_view": permissions.TRAIN,
        "stop_training_view": permissions.TRAIN,
    }
    menu_item = MenuItem("care", 38, "bar-chart", group=AREA)
    level_pages = ("figures_view", "rating_view", "learning_view")

    def __init__(self) -> None:
        super().__init__(name=_("Reports"), endpoint="review_recovery_reports", url="/admin/review-recovery/reports")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Causes by week, product, supplier or courier, ``?by=``: each is counted when somebody asks for it."""
        form, by = SpanForm(request.args), request.args.get("by", WEEK)
        if by not in (WEEK, *BY):
            abort(404)
        found = _causes(form.span, by) if form.validate() else {}
        return self._page("causes", form, by=by, **found)

    @expose("/causes/<picture>.svg")
    def picture_view(self, picture: str) -> Response:
        """One of the pictures."""
        form = SpanForm(request.args)
        if not form.validate():
            abort(400)
        if picture not in (WEEK, *BY):
            abort(404)
        made = _picture(picture, counted_causes.of_page(picture, form.span))
        if made is None:
            abort(404)
        return made.drawn()

    @expose("/figures")
    def figures_view(self) -> ResponseReturnValue:
        """What became of cases."""
        form = SpanForm(request.args)
        found = figures.context(form.span) if form.validate() else {}
        return self._page("figures", form, **found)

    @expose("/rating")
    def rating_view(self) -> ResponseReturnValue:
        """How many reviews it takes until an average is back."""
        is_asked, whole = "reviews" in request.args, shop_rating()
        form = RatingForm(request.args if is_asked else _posted(whole))
        # A shop without reviews has nothing to begin with, which is no error of anybody's.
        asked = form.question if (is_asked or whole.reviews) and form.validate() else None
        return self._page(
            "rating",
            form,
            question=asked,
            needed=ratings.needed(asked) if asked else None,
            products=_products(asked) if asked else [],
        )

    @expose("/learning")
    def learning_view(self) -> ResponseReturnValue:
        """What triage learnt from what people confirmed."""
        return self._learning(), 200

    @expose("/learning/progress")
    def learning_progress_view(self) -> ResponseReturnValue:
        """How far a training is, as a fragment."""
        job = learning.record().job
        if job is None:
            abort(404)
        return self.render("admin/progress.html", job=learning_page.progress(job))

    @expose("/learning/train", methods=["POST"])
    def train_view(self) -> ResponseReturnValue:
        """Train now."""
        return self._change(lambda: learning.begin(self.actor), _("The training is on its way."))

    @expose("/learning/stop", methods=["POST"])
    def stop_training_view(self) -> ResponseReturnValue:
        """Stop a training."""
        return self._change(lambda: learning.cancel(self.actor), _("The training stops at its next step."))

    def _change(self, change: Callable[[], object], done: Any) -> ResponseReturnValue:
        status = attempt(change, done)
        return redirect(url_for(".learning_view"), 303) if status == 200 else (self._learning(), status)

    def _learning(self) -> str:
        page = "shopadmin_review_recovery/learning.html"
        context = learning_page.context(self.actor)
        return str(self.render(page, title=self.name, tabs=_tabs("learning"), **context))

    def _page(self, name: str, form: Any, **context: Any) -> ResponseReturnValue:
        page = self.render(
            f"shopadmin_review_recovery/{name}.html",
            title=self.name,
            tabs=_tabs(name),
            form=form,
            **context,
        )
        return str(page), 400 if form.errors else 200


def _tabs(active: str) -> list[dict[str, Any]]:
    """The reports beside each other, for ui.tabs()."""
    pages = {
        "causes": (_("Causes"), url_for("review_recovery_reports.index_view")),
        "figures": (_("Figures"), url_for("review_recovery_reports.figures_view")),
        "rating": (_("Rating simulator"), url_for("review_recovery_reports.rating_view")),
        "learning": (_("Learning"), url_for("review_recovery_reports.learning_view")),
    }
    return [{"label": label, "url": url, "active": name == active} for name, (label, url) in pages.items()]


def _causes(span: Span, by: str) -> dict[str, Any]:
    counted = counted_causes.count(by, span)
    if not counted.totals:
        return {"is_empty": True}
    asked: dict[str, Any] = {
        "weeks": span.weeks,
        "until": span.last.isoformat(),
        **({"confirmed": "y"} if span.is_confirmed else {}),
    }
    made, titles = _picture(by, counted), report_pictures.TITLES
    shown = made.shown(url_for(".picture_view", picture=by, **asked)) if made else {"title": titles[by]}
    return {
        "pictures": [
            {"label": title, "url": url_for(".index_view", by=name, **asked), "active": name == by}
            for name, title in titles.items()
        ],
        "picture": {"empty": NO_LINES.get(by, "")} | shown,
    }


def _picture(name: str, counted: Counted) -> Picture | None:
    """None where there is nothing to draw."""
    if not counted.rows:
        return None
    if name == WEEK:
        return report_pictures.weekly(counted.rows, counted.totals)
    return report_pictures.ranked(name, counted.rows, counted.totals)  # type: ignore[arg-type]


def _posted(whole: ProductRating) -> MultiDict[str, str]:
    """The shop's own numbers, as the form begins with."""
    known = {"reviews": whole.reviews, "mean": _mean(whole)} if whole.reviews else {}
    return MultiDict({name: str(value) for name, value in (known | {"target": TARGET, "coming": HIGHEST}).items()})


def _mean(rated: ProductRating) -> Decimal:
    return round(Decimal(rated.stars) / rated.reviews, _PLACES)


def _products(asked: Question) -> Sequence[dict[str, Any]]:
    """The shop's products with what each needs for the same aim."""
    rated = product_ratings(MOST_PRODUCTS)
    titles = product_titles([(one.platform, one.ref) for one in rated])
    found = []
    for one in rated:
        mean = Fraction(one.stars, one.reviews)
        needed = ratings.needed(Question(one.reviews, mean, asked.target, asked.coming))
        address = url_for(
            "review_recovery_reports.rating_view", reviews=one.reviews,
            mean=_mean(one), target=_decimal(asked.target),
            coming=_decimal(asked.coming),
        )  # fmt: skip
        found.append(
            {
                "name": titles[(one.platform, one.ref)] or one.ref, "platform": platform_name(one.platform),
                "reviews": one.reviews, "mean": round(float(mean), 2), "needed": needed, "url": address,
            }
        )  # fmt: skip
    return found


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
