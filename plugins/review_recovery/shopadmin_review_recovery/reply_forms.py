"""The forms of quick replies and compensation."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from shopadmin_review_recovery import reply_labels as labels
from shopadmin_review_recovery.labels import CAUSES
from shopadmin_review_recovery.services.remedy_words import LONGEST as LONGEST_REASON
from shopadmin_review_recovery.services.replies import FIELDS, LONGEST, Draft


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, word) for code, word in words.items()]


class QuickReplyForm(FlaskForm):
    """A quick reply."""

    code = StringField(
        _("Code"),
        [InputRequired(), Length(max=LONGEST["code"])],
        description=_("What one types to find it at once, such as late-1. Once in each language."),
    )
    language = SelectField(_("Language"), choices=_choices(labels.LANGUAGES))
    cause = SelectField(_("Problem"), choices=_choices({"": _("Any problem"), **CAUSES}))
    product_ref = StringField(
        _("Product"),
        [Optional(), Length(max=LONGEST["product_ref"])],
        description=_("The product's number, for a reply about this product alone. Empty for any."),
    )
    stage = SelectField(_("Stage"), choices=_choices(labels.STAGES))
    title = StringField(_("Title"), [InputRequired(), Length(max=LONGEST["title"])])
    keywords = StringField(
        _("Keywords"),
        [Optional(), Length(max=LONGEST["keywords"])],
        description=_("Words that people look for, with commas between them."),
    )
    body = TextAreaField(
        _("Text"),
        [InputRequired(), Length(max=LONGEST["body"])],
        description=_(
            "Variables: {{order.no}}, with a fallback {{buyer.salutation|there}}, typed by hand {{?photo_link}}."
        ),
        render_kw={"rows": 8},
    )
    note = TextAreaField(
        _("Note for the team"),
        [Optional(), Length(max=LONGEST["note"])],
        description=_("Never sent."),
        render_kw={"rows": 2},
    )

    def draft(self) -> Draft:
        """What the form says."""
        return Draft(**{name: self[name].data or "" for name in FIELDS})


class UploadForm(FlaskForm):
    """A file of quick replies."""

    file = FileField(
        _("CSV file"),
        [FileRequired()],
        description=_("With the columns of the export. The same code and language change a reply, others are added."),
    )


class CompensationForm(FlaskForm):
    """What a buyer gets."""

    kind = SelectField(_("What the buyer gets"), choices=_choices(labels.KINDS))
    amount = StringField(_("Amount"), [InputRequired(), Length(max=40)])
    reason = StringField(
        _("What it is for"),
        [InputRequired(), Length(max=LONGEST_REASON)],
        description=_("What went wrong with the order. Independent of the review, whatever the buyer writes."),
    )

    def __init__(self, currency: str, **options: Any) -> None:
        super().__init__(**options)
        self.amount.description = _(
            "In %(currency)s; of a new item, coupon or gift, what it is worth.", currency=currency
        )
