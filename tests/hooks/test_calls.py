"""The four ways a hook is called, each with a plugin that behaves and one that does not."""

import logging
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from shopadmin import hook_calls, hook_guard
from shopadmin.contract import (
    AccountId,
    Action,
    Actor,
    Badge,
    BuyerId,
    BuyersChanged,
    BuyerSnapshot,
    ComplaintDecided,
    DemoShop,
    ImportFormat,
    IncidentRecorded,
    JobKind,
    Manifest,
    MessageChannel,
    MessageSnapshot,
    OrderChange,
    OrderChanged,
    OrderId,
    OrderSnapshot,
    Panel,
    PeriodicJob,
    Permission,
    Problem,
    ReviewChanged,
    ReviewId,
    ReviewsChanged,
    ReviewSnapshot,
    SearchHit,
    Tile,
)
from shopadmin.domain.standing import NORMAL, BuyerIdentifier, Standing, StandingLevel, StandingQuery
from shopadmin.hookspecs import hookimpl
from shopadmin.services import standing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OWNER = Actor(AccountId(1), "Owner", True, frozenset())
NOBODY = Actor(AccountId(2), "Nobody", False, frozenset())
ORDER = OrderSnapshot(OrderId(7), "test", "T7", "paid", NOW, "CNY", 100, None)
REVIEW = ReviewSnapshot(ReviewId(3), "test", 1, "", "", "Broken", NOW, None, None, "")
BUYER = BuyerSnapshot(BuyerId(5), "Sample buyer", "test")


def plugin(name: str, **hooks: object) -> SimpleNamespace:
    """A plugin with just these hooks."""
    manifest = Manifest(name=name, title=name.title(), version="1.0", api_version=1)
    return SimpleNamespace(
        shopadmin_manifest=hookimpl(lambda: manifest),
        **{f"shopadmin_{hook}": hookimpl(function) for hook, function in hooks.items()},
    )


def raising(**_: object) -> None:
    raise RuntimeError("on purpose")


@pytest.fixture
def app_with(make_app):
    """``app_with(name=plugin(…), …)``: an app with these plugins, its context pushed."""
    pushed = []

    def make(**plugins: object):
        context = make_app(plugins=plugins).app_context()
        context.push()
        pushed.append(context)

    yield make
    for context in reversed(pushed):
        context.pop()


COLLECTING = [
    ("order_panels", {"order": ORDER, "actor": OWNER}, lambda order, actor: [Panel("P", "p.html", "good.x:read")]),
    ("review_panels", {"review": REVIEW, "actor": OWNER}, lambda review, actor: [Panel("P", "p.html", "good.x:read")]),
    ("buyer_panels", {"buyer": BUYER, "actor": OWNER}, lambda buyer, actor: [Panel("P", "p.html", "good.x:read")]),
    ("order_actions", {"order": ORDER, "actor": OWNER}, lambda order, actor: [Action("A", "/a", "good.x:read")]),
    ("review_actions", {"review": REVIEW, "actor": OWNER}, lambda review, actor: [Action("A", "/a", "good.x:read")]),
    ("dashboard_tiles", {"actor": OWNER}, lambda actor: [Tile("Good", "1", "/good", "good.x:read")]),
    ("search", {"query": "zzz", "actor": OWNER}, lambda query, actor: [SearchHit("Hit", "/hit", "good.x:read")]),
    ("integrity_problems", {}, lambda: [Problem("good.x", "wrong")]),
    ("setup_problems", {"plugin": "good"}, lambda: [Problem("good.x", "left out")]),
    (
        "import_formats",
        {},
        lambda: [ImportFormat("good.x", "good", "Good", ("orders",), lambda h: False, lambda h, r, c: iter(()))],
    ),
    ("periodic_jobs", {}, lambda: [PeriodicJob("good.x", 60, print)]),
    ("job_kinds", {}, lambda: [JobKind("good.x", print)]),
    ("message_channels", {}, lambda: [MessageChannel("good.x", "Good", "chat")]),
    ("permissions", {}, lambda: [Permission("good.x:read", "Read")]),
    ("cli_commands", {}, lambda: [object()]),
]


def of_plugins(found: list[object]) -> list[object]:
    """What came from plugins, without what the core gives through the same hook."""
    bare = [item[1] if isinstance(item, tuple) and item[0] != "core" else item for item in found]
    return [item for item in bare if (not isinstance(item, tuple) and "good" in repr(item)) or type(item) is object]


@pytest.mark.parametrize(("hook", "arguments", "function"), COLLECTING, ids=[row[0] for row in COLLECTING])
def test_collecting_goes_on_past_a_plugin_that_raises(app_with, caplog, hook, arguments, function):
    bad = plugin("bad", **{hook: lambda **_: raising()})
    app_with(bad=bad, good=plugin("good", **{hook: function}))
    caplog.set_level(logging.CRITICAL)

    found = getattr(hook_calls, hook)(**arguments)

    assert len(of_plugins(found)) == 1


def test_collecting_names_a_plugin_that_returns_the_wrong_type(app_with):
    app_with(odd=plugin("odd", dashboard_tiles=lambda actor: ["not a tile"]))

    tiles = hook_calls.dashboard_tiles(NOBODY)

    failures = hook_guard.record().failures
    assert tiles == []
    assert [(failure.plugin, failure.hook) for failure in failures] == [("odd", "shopadmin_dashboard_tiles")]


def test_a_tile_panel_or_hit_without_the_actors_permission_is_left_out(app_with):
    app_with(
        good=plugin(
            "good",
            dashboard_tiles=lambda actor: [Tile("Good", "1", "/good", "good.x:read")],
            order_panels=lambda order, actor: [Panel("P", "p.html", "good.x:read")],
            search=lambda query, actor: [SearchHit("good", "/hit", "good.x:read")],
        )
    )

    assert of_plugins(hook_calls.dashboard_tiles(NOBODY)) == []
    assert of_plugins(hook_calls.order_panels(ORDER, NOBODY)) == []
    assert of_plugins(hook_calls.search("zzz", NOBODY)) == []


def test_merging_joins_what_all_plugins_say_of_the_whole_page(app_with):
    badges = {"order_badges": lambda orders: {order.id: [Badge("one")] for order in orders}}
    app_with(first=plugin("first", **badges), second=plugin("second", **badges))

    merged = hook_calls.order_badges([ORDER])

    assert merged == {ORDER.id: [Badge("one"), Badge("one")]}


def test_merging_reviews_goes_on_past_a_plugin_that_raises(app_with):
    good = plugin("good", review_badges=lambda reviews: {REVIEW.id: [Badge("one")]})
    app_with(bad=plugin("bad", review_badges=lambda reviews: raising()), good=good)

    assert hook_calls.review_badges([REVIEW]) == {REVIEW.id: [Badge("one")]}


def test_a_channel_under_somebody_elses_name_is_left_out(app_with):
    app_with(odd=plugin("odd", message_channels=lambda: [MessageChannel("other.x", "X", "chat")]))

    assert {channel.name for channel in hook_calls.message_channels()} == {"email", "chat", "call"}


def test_objections_to_a_message_are_heard_and_an_exception_goes_through(app_with):
    message = MessageSnapshot("k", BuyerId(5), "chat", "chat", "service", "order", ("notice",), "", "", "", "Hello")
    app_with(no=plugin("no", check_message=lambda message: [Problem("no.hello", message.text)]))
    assert [problem.message for problem in hook_calls.check_message(message)] == ["Hello"]

    app_with(bad=plugin("bad", check_message=raising))
    with pytest.raises(RuntimeError):
        hook_calls.check_message(message)


def test_every_objection_is_heard_and_an_exception_goes_through(app_with):
    change = OrderChange(ORDER, "paid", "shipped")
    objecting = {"check_order_change": lambda change, actor: [Problem("no", "No")]}
    app_with(first=plugin("first", **objecting), second=plugin("second", **objecting))
    assert len(hook_calls.check_order_change(change, OWNER)) == 2

    app_with(bad=plugin("bad", check_order_change=lambda change, actor: raising()))
    with pytest.raises(RuntimeError, match="on purpose"):
        hook_calls.check_order_change(change, OWNER)


EVENTS = [
    ("order_changed", OrderChanged(OrderId(7), "paid", "shipped", NOW, None)),
    ("review_changed", ReviewChanged(ReviewId(3), "replied", NOW)),
    ("buyers_changed", BuyersChanged((BuyerId(3), BuyerId(4)), "known", NOW)),
    ("reviews_changed", ReviewsChanged((ReviewId(3), ReviewId(4)), "new", NOW)),
    ("incident_recorded", IncidentRecorded(1, OrderId(7), None, "late", NOW)),
    (
        "complaint_decided",
        ComplaintDecided(
            1, "taobao", "extortion", "upheld", OrderId(7), None, None, "hello.greeting", 3, ("u",), NOW, None
        ),
    ),
]


@pytest.mark.parametrize(("hook", "event"), EVENTS, ids=[row[0] for row in EVENTS])
def test_every_plugin_hears_of_an_event_even_when_one_raises(app_with, hook, event):
    heard = []
    good = plugin("good", **{hook: lambda event: heard.append(event)})
    app_with(bad=plugin("bad", **{hook: lambda event: raising()}), good=good)

    getattr(hook_calls, hook)(event)

    assert heard == [event]


def test_demo_data_is_asked_of_every_plugin_and_an_error_goes_through(app_with):
    shop = DemoShop(NOW, (), (), AccountId(1))
    filled = []
    app_with(good=plugin("good", demo_data=lambda shop: filled.append(shop)))
    hook_calls.demo_data(shop)
    assert filled == [shop]

    app_with(bad=plugin("bad", demo_data=lambda shop: raising()))
    with pytest.raises(RuntimeError):
        hook_calls.demo_data(shop)


def test_an_implementation_may_leave_arguments_out(app_with):
    app_with(short=plugin("short", order_panels=lambda order: [Panel("P", "p.html", "good.x:read")]))

    assert [name for name, _ in hook_calls.order_panels(ORDER, OWNER) if name == "short"] == ["short"]


def test_a_plugin_that_is_switched_off_is_not_called(make_app):
    called = []
    app = make_app(plugins={"good": plugin("good", dashboard_tiles=lambda actor: called.append(1) or [])})
    with app.app_context():
        app.extensions["shopadmin.hooks"].is_on = lambda name: False

        hook_calls.dashboard_tiles(OWNER)

    assert called == []


def test_a_slow_plugin_is_named_in_the_log(app_with, caplog, monkeypatch):
    monkeypatch.setattr(hook_guard, "SLOW_SECONDS", 0)
    app_with(slow=plugin("slow", order_badges=lambda orders: {}))

    hook_calls.order_badges([ORDER])

    assert "slow plugin slow: shopadmin_order_badges" in caplog.text


def test_a_page_full_of_slow_calls_notes_a_hook_once(app_with, monkeypatch):
    monkeypatch.setattr(hook_guard, "SLOW_SECONDS", 0)
    app_with(slow=plugin("slow", order_badges=lambda orders: {}))

    hook_calls.order_badges([ORDER])
    hook_calls.order_badges([ORDER])

    assert [(failure.plugin, failure.kind) for failure in hook_guard.record().unstored] == [("slow", "slow")]


def endless():
    yield Action("A", "/a", "good.x:read")
    raise RuntimeError("in the middle")


@pytest.mark.parametrize("returned", [7, "text", {1: 2}, endless, object()], ids=lambda value: type(value).__name__)
def test_whatever_a_collecting_hook_returns_costs_that_plugin_alone(app_with, returned):
    app_with(odd=plugin("odd", order_actions=lambda order, actor: returned() if returned is endless else returned))

    assert hook_calls.order_actions(ORDER, OWNER) == []
    assert {failure.plugin for failure in hook_guard.record().failures} == {"odd"}


@pytest.mark.parametrize("returned", [7, "text", [1], {1: 2}, {1: ["no badge"]}], ids=str)
def test_whatever_a_merging_hook_returns_costs_that_plugin_alone(app_with, returned):
    app_with(odd=plugin("odd", order_badges=lambda orders: returned))

    assert hook_calls.order_badges([ORDER]) == {}
    assert [failure.plugin for failure in hook_guard.record().failures] == ["odd"]


def test_an_objection_that_is_none_aborts_the_change_and_names_the_plugin(app_with):
    app_with(odd=plugin("odd", check_order_change=lambda change, actor: ["no"]))

    with pytest.raises(TypeError, match="str instead of Problem"):
        hook_calls.check_order_change(OrderChange(ORDER, "paid", "shipped"), OWNER)
    assert [failure.plugin for failure in hook_guard.record().failures] == ["odd"]


def test_only_the_plugin_itself_is_asked_before_its_data_is_erased(app_with):
    objecting = {"check_erase": lambda: [Problem("busy", "Busy")]}
    app_with(first=plugin("first", **objecting), second=plugin("second", **objecting), third=plugin("third"))

    assert [problem.code for problem in hook_calls.check_erase("first")] == ["busy"]
    assert hook_calls.check_erase("third") == []


def test_every_installed_plugin_forgets_a_buyer_and_an_error_goes_through(app_with):
    told = []
    app_with(good=plugin("good", erase_buyer=lambda buyer_id: told.append(buyer_id)))
    hook_guard.record().is_on = lambda name: False

    hook_calls.erase_buyer(BuyerId(5), OWNER)

    assert told == [5]
    app_with(bad=plugin("bad", erase_buyer=raising))
    with pytest.raises(RuntimeError, match="on purpose"):
        hook_calls.erase_buyer(BuyerId(5), OWNER)


def test_a_plugin_that_cannot_say_whether_it_objects_keeps_its_data(app_with):
    app_with(bad=plugin("bad", check_erase=lambda: raising()))

    with pytest.raises(RuntimeError, match="on purpose"):
        hook_calls.check_erase("bad")


def test_a_settings_form_is_given_for_its_own_plugin(app_with):
    app_with(first=plugin("first", settings_form=lambda: dict), second=plugin("second"))

    assert hook_calls.settings_form("first") is dict
    assert hook_calls.settings_form("second") is None


def test_a_settings_form_that_is_none_is_noted(app_with):
    app_with(odd=plugin("odd", settings_form=lambda: 3))

    assert hook_calls.settings_form("odd") is None
    assert [failure.error for failure in hook_guard.record().failures] == ["TypeError: int instead of a form's class"]


def test_periodic_work_that_raises_is_noted_and_goes_no_further(app_with):
    app_with(good=plugin("good"))

    assert hook_calls.run_periodic("good", PeriodicJob("good.x", 60, lambda: None)) is True
    assert hook_calls.run_periodic("good", PeriodicJob("good.x", 60, raising)) is False
    assert [failure.hook for failure in hook_guard.record().failures] == ["good.x"]


def query(nick: str) -> StandingQuery:
    """Asked when a buyer wants a coupon."""
    return StandingQuery((BuyerIdentifier("nick", nick, "test"),), None, "campaign", NOW)


def test_the_strictest_standing_counts_and_is_given_to_the_buyer_it_is_of(app_with):
    note = Standing(StandingLevel.NOTE, reasons=frozenset({"mild.x"}))
    excluded = Standing(campaigns=False, reasons=frozenset({"stern.x"}))
    app_with(
        mild=plugin("mild", buyer_standing=lambda queries: {1: note}),
        stern=plugin("stern", buyer_standing=lambda queries: dict.fromkeys((0, 1), excluded)),
    )

    found = standing.ask_many([query("a"), query("b"), query("c")])

    assert found[0] == excluded
    assert found[1] == Standing(StandingLevel.NOTE, campaigns=False, reasons=frozenset({"mild.x", "stern.x"}))
    assert found[2] == NORMAL


@pytest.mark.parametrize("answer", [lambda queries: raising(), lambda queries: {0: "blocked"}, lambda queries: 7])
def test_a_plugin_that_fails_has_no_opinion_and_is_named(app_with, caplog, answer):
    app_with(bad=plugin("bad", buyer_standing=answer))
    caplog.set_level(logging.CRITICAL)

    found = standing.ask_many([query("a")])

    assert found == [NORMAL]
    assert [failure.plugin for failure in hook_guard.record().failures] == ["bad"]


def test_a_query_that_makes_a_plugin_fail_costs_no_other_caller_its_opinion(app_with, caplog):
    def answer(queries):
        names = [each.ids[0].value for each in queries]
        return raising() if "b" in names else {at: Standing(campaigns=name != "c") for at, name in enumerate(names)}

    app_with(bad=plugin("bad", buyer_standing=answer))
    caplog.set_level(logging.CRITICAL)

    found = standing.ask_of_each([query("a"), query("b"), query("c")])

    assert found == [NORMAL, NORMAL, Standing(campaigns=False)]
    assert [failure.plugin for failure in hook_guard.record().failures] == ["bad", "bad"]


@pytest.mark.parametrize("ask", [standing.ask_many, standing.ask_of_each])
def test_without_a_plugin_that_answers_everybody_is_normal(app_with, ask):
    app_with()

    assert ask([query("a"), query("b")]) == [NORMAL, NORMAL]
    assert ask([]) == []
