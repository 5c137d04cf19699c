"""What the owner sets for calls: how the shop is reached, and where a platform lets a review be updated."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _
from wtforms import Form, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional, Regexp

from shopadmin.plugin_api import shop_settings, wording_problems
from shopadmin_review_recovery.domain import platforms


class CallSettingsForm(Form):
    """The part of the plugin's settings that is about calls."""

    contact = StringField(
        _("How buyers reach you"), [Optional(), Length(max=80)], description=_("Said and sent at the end of a call.")
    )
    rules_read_on = StringField(
        _("Day on which you last read the platforms' rules on reviews"),
        [Optional(), Length(max=10)],
        description=_("Like 2026-11-26. Without it, and 180 days after it, nobody is invited to update a review."),
        render_kw={"type": "date"},
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
        """Refuse what is no day, and one that lies ahead by the shop's calendar."""
        try:
            read_on = date.fromisoformat(field.data or "")
        except ValueError:
            raise ValidationError(str(_("Write the day like 2026-11-26."))) from None
        if read_on > datetime.now(shop_settings().zone).date():
            raise ValidationError(str(_("This day lies ahead. Write the day on which you read the rules.")))

    def validate_confirmed_platforms(self, field: StringField) -> None:
        """Refuse platforms where there is nothing for the owner to confirm."""
        for name in platforms.names(field.data or ""):
            if name not in platforms.CONFIRMED:
                known = ", ".join(platforms.CONFIRMED)
                words = _(
                    "“%(name)s” is none of the platforms where the owner decides: %(known)s.", name=name, known=known
                )
                raise ValidationError(str(words))


def _check_wording(field: StringField) -> None:
    if found := wording_problems(field.data or "", "message", field.name):
        raise ValidationError(" ".join(str(problem.message) for problem in found))
