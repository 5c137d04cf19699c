"""Labels whose effect changed, told to the other parts of the plugin: one place, plain functions.

Nothing is lost that matters: a part that missed a word (a kill in between) asks the labels anew when it next looks.
"""

from collections.abc import Callable, Collection

from shopadmin.plugin_api import db, gather

Listener = Callable[[Collection[int]], object]

_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Have ``listener`` called with the ids of labels after each commit that changed their effect; at import."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def changed(label_ids: Collection[int]) -> None:
    """Tell the listeners once the transaction around is kept, of all labels that were changed in it."""
    if label_ids:
        gather(_tell, label_ids)


def _tell(label_ids: Collection[int]) -> None:
    for listener in _listeners:
        listener(label_ids)
    # Whoever wrote is left without an open transaction, as after any other commit.
    db.session().rollback()
