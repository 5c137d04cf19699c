"""How plugins are called, one by one; ``hook_calls`` has a function for each hook.

Four conventions. *collect* flattens what all plugins return, checks its type and names the culprit; *merge* joins
mappings; *veto* lets every plugin object and lets an exception through; *notify* tells each plugin alone. Each
implementation is called by itself, the core's first, then by name: pluggy would stop the whole call at the first
exception. *declared* is collect at the start, where a plugin that cannot say is left out as a whole.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from shopadmin.contract import Problem
from shopadmin.hook_guard import calling, fail, record
from shopadmin.plugin_manager import BUILT_IN

log = logging.getLogger(__name__)
T = TypeVar("T")


def implementations(hook: str, *, at_start: bool = False) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Who implements the hook, by name, and how to call it with keywords.

    ``at_start``: every registered plugin, as one that is off now may be on at the next request.
    """
    hooks = record()
    caller = getattr(hooks.plugins.manager.hook, hook)
    order = {BUILT_IN: ""}
    for implementation in sorted(caller.get_hookimpls(), key=lambda it: order.get(it.plugin_name, it.plugin_name)):
        name = implementation.plugin_name
        if at_start or name == BUILT_IN or hooks.is_on(name):
            yield name, _accepting(implementation)


def _accepting(implementation: Any) -> Callable[..., Any]:
    """Call with the arguments that the implementation names, as pluggy allows."""
    return lambda **arguments: implementation.function(
        **{name: arguments[name] for name in implementation.argnames if name in arguments}
    )


def guarded(plugin: str, hook: str, call: Callable[[], T], *, reads: bool = True) -> T | None:
    """The result, or None when the plugin failed: noted, never raised."""
    try:
        with calling(plugin, hook, reads=reads):
            return call()
    except Exception:  # a plugin may raise anything; it costs its own panel and no more
        return None


def declared(hook: str, kind: type[T]) -> list[tuple[str, T]]:
    """What all registered plugins declare; one that cannot say is left out as a whole."""
    items: list[tuple[str, T]] = []
    for plugin, call in list(implementations(hook, at_start=True)):
        try:
            found = list(call() or ())
            for item in found:
                if not isinstance(item, kind):
                    raise _wrong_type(item, kind)
            items += [(plugin, item) for item in found]
        except Exception as error:  # a plugin may raise anything at all
            log.info("plugin %s is left out", plugin, exc_info=error)  # said in one line when the server starts
            record().plugins.quarantine(plugin, f"{hook}: {type(error).__name__}: {error}")
    return items


def collect(hook: str, kind: type[T], **arguments: Any) -> list[tuple[str, T]]:
    """What all plugins return, flat, with the plugin's name; what is of another kind is left out and noted."""
    items: list[tuple[str, T]] = []
    for plugin, call in implementations(hook):
        # Whatever it returns is walked inside the guard: a generator raises only there.
        for item in guarded(plugin, hook, lambda call=call: list(call(**arguments) or ())) or ():  # type: ignore[misc]
            if isinstance(item, kind):
                items.append((plugin, item))
            else:
                fail(plugin, hook, _wrong_type(item, kind))
    return items


def merge(hook: str, read: Callable[[Any], dict[Any, list[T]]], **arguments: Any) -> dict[Any, list[T]]:
    """What all plugins' mappings hold, by key; ``read`` checks what one returned and makes lists of it."""
    merged: dict[Any, list[T]] = {}
    for plugin, call in implementations(hook):
        found = guarded(plugin, hook, lambda call=call: read(call(**arguments)))  # type: ignore[misc]
        for key, items in (found or {}).items():
            merged.setdefault(key, []).extend(items)
    return merged


def checked(found: dict[Any, list[T]], kind: type[T]) -> dict[Any, list[T]]:
    """The same; raises TypeError for what is of another kind."""
    for items in found.values():
        for item in items:
            if not isinstance(item, kind):
                raise _wrong_type(item, kind)
    return found


def _wrong_type(found: object, wanted: type) -> TypeError:
    return TypeError(f"{type(found).__name__} instead of {wanted.__name__}")


def veto(hook: str, **arguments: Any) -> list[Problem]:
    """All plugins' objections together; an exception goes through."""
    problems: list[Problem] = []
    for plugin, call in implementations(hook):
        with calling(plugin, hook, reads=False):
            for problem in call(**arguments) or ():
                if not isinstance(problem, Problem):
                    raise _wrong_type(problem, Problem)
                problems.append(problem)
    return problems


def notify(hook: str, **arguments: Any) -> None:
    """Tell each plugin alone."""
    for plugin, call in implementations(hook):
        guarded(plugin, hook, lambda call=call: call(**arguments), reads=False)  # type: ignore[misc]
