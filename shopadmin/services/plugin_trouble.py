"""What is wrong with the plugins, by what is known of them and kept: for its names alone is a plugin asked."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from flask_babel import lazy_gettext as _
from flask_babel import lazy_ngettext

from shopadmin import hook_calls
from shopadmin.contract import Problem, Text
from shopadmin.services import plugin_catalogs, plugin_health, plugin_texts, plugins
from shopadmin.services.plugin_health import Failure
from shopadmin.services.plugins import PluginCard

# A hook that was slow in so many minutes of the last hour is slow as a rule: it is noted once a minute at most.
OFTEN, WITHIN = 5, timedelta(hours=1)
# How many failures are looked at, the newest first.
_MANY = 200


def slowness(failures: Sequence[Failure], now: datetime) -> Text:
    """A hook that was slow in ``OFTEN`` minutes of the hour before ``now``, in words; empty where none was.

    ``failures``: the newest first.
    """
    late = [failure for failure in failures if failure.kind == "slow" and failure.at > now - WITHIN]
    for newest in late:
        if sum(failure.hook == newest.hook for failure in late) >= OFTEN:
            return _("slows pages down: %(hook)s %(took)s", hook=newest.hook, took=plugin_texts.said(newest.error))
    return ""


def since_switched_on(name: str) -> Sequence[Failure]:
    """What went wrong since somebody switched the plugin on, the newest first: older things are settled."""
    switched = plugins.changed_at(name)
    return [found for found in plugin_health.recent(name, _MANY) if switched is None or found.at >= switched]


def counts(failures: Sequence[Failure]) -> list[Text]:
    """How many failed and how many were slow, each in words."""
    slow = sum(failure.kind == "slow" for failure in failures)
    failed = len(failures) - slow
    said: list[Text] = []
    if failed:
        said.append(lazy_ngettext("%(num)s failure", "%(num)s failures", failed))
    if slow:
        said.append(lazy_ngettext("%(num)s slow call", "%(num)s slow calls", slow))
    return said


def summary(card: PluginCard, now: datetime) -> list[Text]:
    """What the list says of the plugin: why it is not on, which of its files is left out, whether it slows pages down,
    how often it failed.
    """
    return _summary(card, counting(card), now)


def counting(card: PluginCard) -> Sequence[Failure]:
    """The failures that count: of a plugin that is on, those since it was switched on."""
    return since_switched_on(card.name) if _is_in_use(card) else plugin_health.recent(card.name, _MANY)


def _is_in_use(card: PluginCard) -> bool:
    return card.state == "on" or (card.state == "not_loaded" and card.decided == "on")


def _summary(card: PluginCard, failures: Sequence[Failure], now: datetime) -> list[Text]:
    said = [card.reason] if card.state in ("quarantined", "paused") and card.reason else []
    if card.state == "not_loaded" and card.decided != "on":
        said.append(_("stays off"))
    said += [found.message for found in left_out(card)]
    if slow := slowness(failures, now):
        said.append(slow)
    return [*said, *counts(failures)]


def left_out(card: PluginCard) -> Sequence[Problem]:
    """What of its own files a plugin that is on could not use."""
    return hook_calls.setup_problems(card.name) if card.state == "on" else ()


def reasons(card: PluginCard, now: datetime) -> list[Text]:
    """Why the plugin does not hold up; empty for one that does, and for one that the owner has switched off."""
    if card.state in ("off", "missing") or (card.state == "not_loaded" and card.decided != "on"):
        return []
    failures = counting(card)
    said = _summary(card, failures, now)
    if failures:
        what = plugin_texts.said(failures[0].error)
        said.append(_("last: %(hook)s %(what)s", hook=failures[0].hook, what=what))
    return [_("paused"), *said] if card.state == "paused" else said


def findings(now: datetime | None = None) -> list[tuple[str, str]]:
    """Every plugin that does not hold up, name and reason: for ``shopadmin plugins check``.

    A channel under a name that is not the plugin's is left out wherever it is asked for, and a text that is not
    translated is shown in English; here its author hears of it.
    """
    not_theirs = hook_calls.misnamed_channels()
    found = (
        (
            card.name,
            [
                *reasons(card, now or datetime.now(UTC)),
                *_misnamed(card.name, not_theirs.get(card.name, ())),
                *(plugin_catalogs.problems(card.name) if card.state == "on" else ()),
            ],
        )
        for card in plugins.cards()
    )
    return [(name, "; ".join(map(str, why))) for name, why in found if why]


def _misnamed(plugin: str, names: Iterable[str]) -> list[Text]:
    return [
        _("channel %(name)s is left out, as it does not start with %(plugin)s.", name=name, plugin=plugin)
        for name in names
    ]
