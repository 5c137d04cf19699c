"""What is said of a cause and offered for it, in the buyer's language (section 3 of the rules). Not a page's texts:
a buyer may speak another language than whoever rings.
"""

import re
from collections.abc import Mapping

from shopadmin_review_recovery.domain import templates

Spoken = Mapping[str, str]


def _spoken(en: str, zh: str) -> Spoken:
    return {"en": en, "zh": zh}


EXPLANATIONS: Mapping[str, Spoken] = {
    "logistics": _spoken(
        "The parcel took far longer than we said; we are tracing it.", "包裹比说好的慢太多，我们正在查。"
    ),
    "packaging": _spoken("Our packing did not protect it.", "是我们没包好。"),
    "wrong_missing": _spoken("We packed it wrongly; we bear the cost.", "配错货是我们的错，费用我们承担。"),
    "out_of_stock": _spoken("We sold what we no longer had and told you late.", "没货没及时说，是我们疏忽。"),
    "not_as_described": _spoken("The page promised something else; we'll correct it.", "页面和实物有出入，我们会改。"),
    "quality": _spoken("It should not have left us like that.", "这样的货不该发给您。"),
    "after_sales": _spoken("You asked and we were slow; I'll see it through.", "您找过我们没跟上，我负责到底。"),
    "staff_service": _spoken(
        "You deserved a better answer; we are going through the chat.", "当时没答好，我们正在核对聊天记录。"
    ),
}
OPTIONS: Mapping[str, Spoken] = {
    "logistics": _spoken("to trace it, to send it again, or your money back", "帮您查件、重新发货，或者退款"),
    "packaging": _spoken("to send it again, or part of the price back", "给您补发，或者退部分货款"),
    "wrong_missing": _spoken(
        "to send the right one, or your money back, and we pay the way back", "给您补发对的，或者退款，退货运费我们出"
    ),
    "out_of_stock": _spoken("your money back, to wait for it, or another one", "退款、等到货，或者换一款"),
    "not_as_described": _spoken("to take it back, or part of the price back", "给您退货，或者退部分货款"),
    "quality": _spoken("your money back, or another one", "退款，或者换一件"),
    "after_sales": _spoken("to finish what you asked for", "把您之前的申请办完"),
    "staff_service": _spoken("an apology and a proper answer", "向您道歉，并把问题答清楚"),
}
# What is said for a fact of the order that nobody knows; of what is not here whoever rings is told that it is missing.
UNKNOWN: Mapping[str, Spoken] = {
    "buyer.salutation": _spoken("the person who ordered from our shop", "在我们店下单的顾客"),
    "order.date": _spoken("your recent order", "之前"),
    "line.title": _spoken("goods", "商品"),
}
_UNKNOWN_SPEC = re.compile(r"\s*[(（]\{\{line\.spec\}\}[)）]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def rendered(text: str, language: str, known: Mapping[str, str]) -> str:
    """A text as it is said, with the facts in it: without a fact that nobody knows it is still a sentence.

    A fallback that the script itself has goes first. What neither has stays as it is written.
    """
    if not known.get("line.spec"):
        text = _UNKNOWN_SPEC.sub("", text)
    bare = {place.name for place in templates.read(text).places if place.fallback is None}
    instead = {name: words[language] for name, words in UNKNOWN.items() if name in bare}
    return templates.render(text, instead | {name: value for name, value in known.items() if value}).text


def language_of(text: str) -> str:
    """The language to speak to whoever wrote this, empty where it has no letters: ``zh``, else ``en``."""
    if _CHINESE.search(text):
        return "zh"
    return "en" if any(sign.isalpha() for sign in text) else ""
