"""The form that opens a complaint."""

from typing import Any, cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from shopadmin.domain import complaints as rules
from shopadmin.platforms.names import platforms
from shopadmin.services.complaints import labels, opening


class ComplaintForm(FlaskForm):
    """What is put to whom. The time is the shop's own."""

    platform = SelectField(_("Platform"))
    ground = SelectField(_("What the complaint is about"))
    deadline_at = DateTimeLocalField(
        _("Hand in by"), [Optional()],
        description=_("Look it up at the platform. Left empty, the days of our own checklist count."),
    )  # fmt: skip
    note = TextAreaField(
        _("In short"), [Length(max=opening.LONGEST_NOTE)],
        description=_("For your team: it does not leave the shop."),
    )  # fmt: skip

    @classmethod
    def about(cls, platform: str | None) -> "ComplaintForm":
        """The form for a platform with its own grounds; None: for any, with all grounds there are."""
        form = cls()
        known = platforms()
        names = {platform: known.get(platform, platform)} if platform else known
        grounds = rules.grounds(platform) if platform else rules.GROUNDS
        form.platform.choices = [SelectChoice(code, str(name)) for code, name in names.items()]
        form.ground.choices = [_choice(ground) for ground in grounds]
        return form


def _choice(ground: str) -> Any:
    return SelectChoice(ground, cast(str, labels.GROUNDS[ground]))
