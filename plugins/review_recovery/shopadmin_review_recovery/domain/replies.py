"""Which quick replies fit a case and what was typed, and in which order (section 4 of the rules).

The weights add up, in tenths: product 6, cause 4, keyword 3, title 2, body 1. An exact code weighs 10 and stands before
everything else; ties go by use, then by the lower id, so that the same question has the same answer.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CODE, PRODUCT, CAUSE, KEYWORD, TITLE, BODY = 10, 6, 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as the ranking sees it. ``cause``, ``product``: empty for any; ``uses``: how often it was sent."""

    id: int
    code: str
    language: str
    title: str
    body: str
    cause: str = ""
    product: str = ""
    keywords: tuple[str, ...] = ()
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. ``typed``: of the search box, may be empty; ``causes``, ``product``: of the case."""

    language: str
    typed: str = ""
    causes: frozenset[str] = frozenset()
    product: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A reply that fits, and its weight in tenths."""

    reply: Reply
    weight: int


def rank(replies: Iterable[Reply], question: Question, limit: int | None = None) -> list[Ranked]:
    """The replies that fit, best first.

    One of another language or for another product never fits. With something typed, each of its words must stand in the
    code, a keyword, the title or the body; with nothing typed, a reply for another cause does not fit.
    """
    words = _words(question.typed)
    code = " ".join(words)
    found = [
        Ranked(reply, weight)
        for reply in replies
        if reply.language == question.language and reply.product in ("", question.product)
        if (weight := _weight(reply, question, words, code)) is not None
    ]
    found.sort(key=lambda one: (one.reply.code.casefold() != code, -one.weight, -one.reply.uses, one.reply.id))
    return found[:limit]


def _weight(reply: Reply, question: Question, words: Sequence[str], code: str) -> int | None:
    of_case = _of_case(reply, question)
    if not words:
        return None if reply.cause and reply.cause not in question.causes else of_case
    if reply.code.casefold() == code:
        return CODE + of_case
    places = (
        (KEYWORD, [_plain(keyword) for keyword in reply.keywords]),
        (TITLE, [_plain(reply.title)]),
        (BODY, [_plain(reply.body)]),
    )
    hits = [(weight, {word for word in words if any(word in text for text in texts)}) for weight, texts in places]
    missing = set(words).difference(*(hit for _weight, hit in hits)) - {
        word for word in words if word in reply.code.casefold()
    }
    return None if missing else of_case + sum(weight for weight, hit in hits if hit)


def _of_case(reply: Reply, question: Question) -> int:
    is_product = bool(reply.product) and reply.product == question.product
    return PRODUCT * is_product + CAUSE * (reply.cause in question.causes)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_plain(text).split()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
