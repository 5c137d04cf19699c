"""Which tools an envelope goes with in this shop: the notice's lists with the owner's own (R8, R12)."""

from collections.abc import Mapping

from shopadmin.plugin_api import plugin_settings
from shopadmin_red_envelope.domain.baskets import ToolLists, extended

# The settings that hold them, as texts with blanks between the codes, by the name of the list.
SETTINGS: Mapping[str, str] = {"discounts": "more_discounts", "tenders": "more_tenders", "refused": "more_refused"}


def current() -> ToolLists:
    """The lists that hold now: what a hold was judged by stays as it was."""
    stored = plugin_settings("red_envelope")
    return extended(**{name: (stored.get(setting) or "").split() for name, setting in SETTINGS.items()})
