"""G9: nothing hides, deletes, rates or makes up a review, nobody is invited by stars, figures count all reviews."""

import ast
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shopadmin import testing
from shopadmin.models import db
from shopadmin.services import schema, today

ROOT = Path(__file__).resolve().parents[2]
# What must be no part of the name of a route, page or command about reviews. "Draft" and "delete" of one's own texts
# (quick replies, drafts of a reply) are about no review.
SUPPRESSING = re.compile(
    r"(hide|unhide|suppress|bury|censor|auto.?rate|generate|fake|invent|write|boost).*review"
    r"|review.*(hide|delete|remove|suppress|bury|censor|auto.?rate|generate|fake|boost)",
)
# All that can be done to a review by a page: it is answered, noted, looked at. Whoever adds one asks G9 first.
ACTS = {"reveal", "reply", "posted", "note"}
PLUGINS = {name: f"shopadmin_{name}" for name in ("red_envelope", "review_recovery") if find_spec(f"shopadmin_{name}")}


@pytest.fixture
def app(make_app):
    plugins = {name: import_module(module) for name, module in PLUGINS.items()}
    made = make_app(plugins, prepare=schema.upgrade)
    with made.app_context():
        yield made
        db.session.remove()


def test_g9_no_route_and_no_command_hides_deletes_rates_or_makes_up_a_review(app):
    routes = {(rule.endpoint, rule.rule) for rule in app.url_map.iter_rules()}
    # A plugin's own prefix tells nothing of what a route does.
    said = [re.sub(r"review[_-]recovery", "", f"{endpoint} {path}") for endpoint, path in routes]

    assert len(said) > 100
    assert not [one for one in said if SUPPRESSING.search(one)]
    changing = {rule.rule for rule in app.url_map.iter_rules() if "/reviews/" in rule.rule and "POST" in rule.methods}
    assert changing == {f"/admin/reviews/details/<row_id>/{act}" for act in ACTS}


def test_g9_no_code_deletes_a_review_but_the_undo_of_its_import():
    deleting = re.compile(r"delete\((?:Review|REVIEW)\b|session\.delete\(review\b|delete from review\b", re.I)
    sources = [*ROOT.glob("shopadmin/**/*.py"), *ROOT.glob("plugins/*/shopadmin_*/**/*.py")]

    assert not [path.name for path in sources if deleting.search(path.read_text(encoding="utf-8"))]


def test_g9_the_guard_before_the_invitation_knows_nothing_of_stars_or_words():
    for path in ROOT.glob("plugins/review_recovery/shopadmin_review_recovery/domain/scripts/inviting.py"):
        tree = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {node.attr for node in tree if isinstance(node, ast.Attribute)}
        names |= {node.id for node in tree if isinstance(node, ast.Name)}
        assert not names & {"stars", "grade", "body", "text", "rating"}


def test_g9_the_average_counts_every_review_whatever_was_done_about_it(app):
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for number, (stars, answer) in enumerate(
        [(1, "posted"), (1, "open"), (2, "draft"), (5, "confirmed"), (5, "open")], 1
    ):
        buyer_id = testing.make_buyer()
        testing.make_review(number, stars=stars, answer=answer, created_at=monday, buyer_id=buyer_id)

    weeks = today.ratings_by_week(ZoneInfo("Asia/Shanghai"), monday + timedelta(days=1))
    week = next(found for found in weeks if found.reviews)

    assert (week.reviews, round(week.stars, 2)) == (5, 2.8)
