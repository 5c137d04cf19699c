# mypy: disable-error-code="no-untyped-call"
"""The push's form, and the text that it begins with, in either language."""

from typing import Any

from babel.dates import format_skeleton
from flask_babel import force_locale, get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from shopadmin.plugin_api import shop_settings
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain.pushes import LEAST_HOLDOUT, LONGEST_SUBJECT, LONGEST_TEXT, MOST_HOLDOUT
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.models import RedEnvelopeCampaign
from shopadmin_red_envelope.services import pushes
from shopadmin_red_envelope.services.pushes import Letter

LANGUAGES = {"en": "en", "zh": "zh_Hans_CN"}
DEFAULT_RATE = 30


class PushForm(FlaskForm):
    """What a push says, on which way, and how it is compared."""

    channel = SelectField(_("Way to the buyers"), [InputRequired()])
    subject = StringField(
        _("Subject"), [Length(max=LONGEST_SUBJECT)], description=_("For e-mail; other ways have none.")
    )
    text = TextAreaField(
        _("Text"),
        [InputRequired(), Length(max=LONGEST_TEXT)],
        description=_("It may not speak of reviews. Sending is refused while it does."),
        render_kw={"rows": 9},
    )
    holdout_percent = IntegerField(
        _("Kept back for comparison, %"),
        [InputRequired(), NumberRange(LEAST_HOLDOUT, MOST_HOLDOUT)],
        description=_("Drawn by chance; they get no message. Without them nobody can tell what the push did."),
    )
    forecast_rate = IntegerField(
        _("Claim rate of the forecast, %"),
        [InputRequired(), NumberRange(1, 100)],
        description=_("The simulator's cost at this rate is kept when sending begins, and compared afterwards."),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.channel.choices = [SelectChoice(name, str(channel.title)) for name, channel in pushes.channels().items()]

    def letter(self) -> Letter:
        """What the form says. A subject goes with e-mail alone."""
        channel = pushes.channels().get(self.channel.data or "")
        has_subject = channel is None or channel.medium == "email"
        return Letter(
            channel=self.channel.data or "",
            subject=(self.subject.data or "").strip() if has_subject else "",
            text=(self.text.data or "").replace("\r\n", "\n").strip(),
            holdout_percent=self.holdout_percent.data or 0,
            forecast_rate=self.forecast_rate.data or 0,
        )


def suggested(row: RedEnvelopeCampaign, language: str) -> Letter:
    """A letter to begin with, in this language: what the envelope is, and when."""
    ways = list(pushes.channels())
    with force_locale(LANGUAGES.get(language, "en")):
        amount = money_text(row.amount or 0, row.currency)
        subject = gettext("%(amount)s off your next order", amount=amount)
        text = "\n\n".join(_sentences(row, amount))
    return Letter(ways[0] if ways else "", subject, text, pushes.default_holdout(), DEFAULT_RATE)


def _sentences(row: RedEnvelopeCampaign, amount: str) -> list[str]:
    shop = shop_settings().name
    offer = gettext("%(shop)s: a red envelope of %(amount)s waits for you.", shop=shop, amount=amount)
    condition = (
        gettext("It comes off an order above its amount.")
        if row.threshold is None
        else gettext("It comes off an order from %(threshold)s on.", threshold=money_text(row.threshold, row.currency))
    )
    times = {name: _local(getattr(row, name)) for name in ("claim_from", "claim_to", "use_from", "use_to")}
    return [
        f"{offer} {condition}",
        gettext("Collect it from %(claim_from)s until %(claim_to)s.", **times)
        + " "
        + gettext("It can be used from %(use_from)s until %(use_to)s.", **times),
        gettext("You get this because you agreed to offers from us."),
    ]


def _local(instant: int | None) -> str:
    here = to_datetime(instant or 0).astimezone(shop_settings().zone).replace(tzinfo=None)
    return f"{format_skeleton('yMMMd', here, locale=get_locale())} {here:%H:%M}"
