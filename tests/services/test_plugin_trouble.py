"""What is said of plugins that do not hold up: from what was kept, without asking one."""

from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.contract import Manifest
from shopadmin.hook_guard import HookFailure, record
from shopadmin.hookspecs import hookimpl
from shopadmin.services import plugin_health, plugin_texts, plugin_trouble, plugins
from shopadmin.services.plugin_health import Failure

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Odd:
    """A plugin that brings nothing."""

    @hookimpl
    def shopadmin_manifest(self):
        return Manifest(name="odd", title="Odd one", version="1.0", api_version=1)


@pytest.fixture
def shop(make_app):
    app = make_app(plugins={"odd": Odd()})
    with app.app_context(), force_locale("en"):
        yield app


def keep(kind: str, error: str, times: int = 1, at: datetime | None = None) -> None:
    at = at or datetime.now(UTC)
    hooks = record()
    hooks.unstored.extend(HookFailure("odd", "shopadmin_order_badges", error, at, "", kind) for _ in range(times))
    plugin_health.store(hooks, at)


def found() -> dict[str, str]:
    return dict(plugin_trouble.findings())


PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Hello"\nmsgstr "%s"\n'


@pytest.mark.parametrize(
    ("text", "is_compiled", "said"),
    [
        (PO % "你好", True, {}),
        (PO % "你好", False, {"odd": "messages.po is not compiled: pybabel compile -d translations"}),
        (PO % "", True, {"odd": "messages.po lacks 1 translation"}),
        ("\xff", True, {"odd": "messages.po cannot be read"}),
    ],
)
def test_what_is_forgotten_of_a_plugins_translations_is_reported(make_app, tmp_path, text, is_compiled, said):
    odd, folder = Odd(), tmp_path / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(text, encoding="utf-8" if "msgid" in text else "latin-1")
    odd.__path__ = [str(tmp_path)]
    app = make_app(plugins={"odd": odd})
    if is_compiled:
        (folder / "messages.mo").touch()

    with app.app_context(), force_locale("en"):
        names = found()
        assert names.keys() == said.keys()
        assert all(names[name].startswith(said[name]) for name in said)


def test_a_plugin_that_never_failed_holds_up(shop):
    assert found() == {}


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("error", "RuntimeError: on purpose", "1 failure; last: shopadmin_order_badges RuntimeError: on purpose"),
        ("slow", "took 400 ms", "1 slow call; last: shopadmin_order_badges took 400 ms"),
    ],
)
def test_what_failed_or_was_slow_is_reported(shop, kind, error, said):
    keep(kind, error)

    assert found() == {"odd": said}


def test_a_paused_plugin_is_reported_with_the_reason(shop):
    keep("error", "RuntimeError: on purpose", plugin_health.PAUSE_ERRORS)

    assert found()["odd"].startswith("paused; 5 errors in 10 minutes; 5 failures; last: shopadmin_order_badges")
    assert plugins.card("odd").reason == "5 errors in 10 minutes"


def test_a_call_that_hangs_is_reported_as_the_pause_it_led_to(shop):
    keep("stuck", "has not come back for 12 s")

    assert found()["odd"].startswith("paused; shopadmin_order_badges has not come back for 12 s; 1 failure; last:")


def test_switching_a_plugin_on_settles_what_was_before(shop):
    keep("error", "RuntimeError: on purpose", plugin_health.PAUSE_ERRORS)

    plugins.enable(None, "odd")

    assert found() == {}


def test_a_plugin_that_the_owner_switched_off_is_not_reported(shop):
    keep("error", "RuntimeError: on purpose")

    plugins.disable(None, "odd")

    assert found() == {}


def test_a_hook_that_is_slow_minute_after_minute_slows_pages_down(shop):
    keep("slow", "took 1003 ms", plugin_trouble.OFTEN)

    assert found()["odd"].startswith("slows pages down: shopadmin_order_badges took 1003 ms; 5 slow calls")


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["slow", "error"]), st.integers(0, 120))))
def test_slow_as_a_rule_means_one_hook_five_times_within_the_hour(calls):
    failures = [
        Failure("odd", hook, kind, "took 400 ms", "", NOW - timedelta(minutes=minutes))
        for hook, kind, minutes in sorted(calls, key=lambda call: call[2])
    ]

    most = max(
        (sum(call[0] == hook and call[1] == "slow" and call[2] < 60 for call in calls) for hook in "ab"), default=0
    )

    assert bool(str(plugin_trouble.slowness(failures, NOW))) == (most >= plugin_trouble.OFTEN)


def test_what_an_exception_said_stays_as_it_is():
    assert plugin_texts.said("ValueError: took 400 ms") == "ValueError: took 400 ms"
