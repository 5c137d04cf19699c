"""What the wording check says to a person: why a text is refused or noted, and what to change."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from shopadmin.contract import Problem, Text
from shopadmin.domain import wording
from shopadmin.domain.wording import Context

_REASONS: dict[str, Text] = {
    "incentive": _(
        "This offers something for a review. Leave out the offer, or the review: "
        "what a buyer gets may not depend on it."
    ),
    "compensation_and_invitation": _(
        "What a buyer gets and a word about the review stand in one text. Write about one of them alone."
    ),
    "condition": _(
        "This makes help, money or an order depend on a review. Say what you will do whatever the buyer writes."
    ),
    "threat": _(
        "This reads like a threat. Leave out lawyers, exposure and consequences, and answer what went wrong; a false "
        "review is a matter for the platform."
    ),
    "campaign_praise": _(
        "What is said of a campaign may not ask for praise. Speak of the season or the goods instead."
    ),
    "campaign_change": _(
        "What is said of a campaign may not ask for another review, or for none. Speak of the season instead."
    ),
    "campaign_review": _(
        "What is said of a campaign may not speak of reviews: the envelope would look like their price."
    ),
    "privacy_phone": _("A phone number stands in a public text. Ask the buyer to write to you through the order."),
    "privacy_email": _("An e-mail address stands in a public text. Ask the buyer to write to you through the order."),
    "privacy_address": _("Everybody can read this: leave out the address."),
    "privacy_name": _("Everybody can read this: leave out the name, a greeting without one is polite too."),
    "privacy_handle": _("A chat account stands in a public text. Ask the buyer to write to you through the order."),
    "privacy_number": _("Everybody can read this: leave out the number of a document, card or account."),
}
_PREFIX = "wording."
_NOTE = _(
    "This speaks of reviews and of what a buyer gets. It reads like a refusal to trade; make sure nobody misreads it."
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding for a page. ``text``: the words as the check read them, disguises undone."""

    text: str
    message: Text
    is_blocking: bool


def remarks(text: str, context: Context) -> list[Remark]:
    """Everything the check says of a text, each reason once: by words that stand in it so, where there are any."""
    found: dict[str, Remark] = {}
    for each in wording.check(text, context).findings:
        rule, message = (each.rule, _REASONS[each.rule]) if each.is_blocking else ("", _NOTE)
        if rule not in found or found[rule].text not in text:
            found[rule] = Remark(each.words, message, each.is_blocking)
    return list(found.values())


def problems(text: str, context: Context, field: str) -> list[Problem]:
    """Why a text may not go out, each reason once; empty when it may. ``field``: where the text was typed."""
    result = wording.check(text, context)
    rules = dict.fromkeys(found.rule for found in result.findings if found.is_blocking)
    return [Problem(f"{_PREFIX}{rule}", _REASONS[rule], field) for rule in rules]


def reason(code: str) -> Text | None:
    """A problem's code in words, None for a code that is not of this check."""
    return _REASONS.get(code.removeprefix(_PREFIX)) if code.startswith(_PREFIX) else None
