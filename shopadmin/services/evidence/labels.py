"""What evidence is called on pages and in packs."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.contract import Text

KINDS: Mapping[str, Text] = {
    "picture": _("Picture"),
    "chat": _("Chat"),
    "review": _("Review"),
    "call": _("Note of a call"),
    "order": _("Facts of the order"),
    "logistics": _("Where the parcel was"),
    "decision": _("Decision"),
}
TIERS: Mapping[int, Text] = {
    0: _("E0 what somebody says"),
    1: _("E1 the shop's own record"),
    2: _("E2 record of the platform, the courier or a bank"),
    3: _("E3 decision of the platform"),
    4: _("E4 court or authority"),
}
