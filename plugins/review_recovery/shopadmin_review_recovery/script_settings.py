"""What the owner sets for calls: how the shop is reached, and where a platform lets a review be updated."""

from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import Form, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional, Regexp

from shopadmin.plugin_api import wording_problems


class CallSettingsForm(Form):
    """The part of the plugin's settings that is about calls."""

    contact = StringField(
        _("How buyers reach you"), [Optional(), Length(max=80)], description=_("Said and sent at the end of a call.")
    )
    rules_read_on = StringField(
        _("Day on which you last read the platforms' rules on reviews"),
        [Optional(), Length(max=10)],
        description=_("Like 2026-11-26. Without it, and 180 days after it, nobody is invited to update a review."),
    )
    confirmed_platforms = StringField(
        _("Platforms that you confirm invitations for"),
        [Optional(), Length(max=200), Regexp(r"[A-Za-z0-9_, -]*\Z")],
        description=_("taobao, tmall: there the owner decides. Amazon and Google allow none."),
    )
    review_link = StringField(
        _("Address where a review is updated"),
        [Optional(), Length(max=200), Regexp(r"https://\S+\Z", message=_("An address begins with https://."))],
    )
    review_steps = TextAreaField(
        _("Steps to update a review, in your own words"),
        [Optional(), Length(max=400)],
        description=_("Six short ones at most; empty for those that come with the platform."),
    )

    def validate_contact(self, field: StringField) -> None:
        """Refuse words that no message may hold."""
        _check_wording(field)

    def validate_review_steps(self, field: StringField) -> None:
        """Refuse words that no message may hold: the buyer hears them, or reads them, as they stand here."""
        _check_wording(field)

    def validate_rules_read_on(self, field: StringField) -> None:
        """Refuse what is no day, and one that lies ahead is read as none later."""
        try:
            date.fromisoformat(field.data or "")
        except ValueError:
            raise ValidationError(str(_("Write the day like 2026-11-26."))) from None


def _check_wording(field: StringField) -> None:
    if found := wording_problems(field.data or "", "message", field.name):
        raise ValidationError(" ".join(str(problem.message) for problem in found))
