"""The one wording check: what a shop may not write to buyers, in English and Chinese (guards G6, G7 and G8).

Nothing for a review, nothing taken away for one, no threats, nobody's personal data in public, and no praise in the
title of a campaign. It is a net below the structure that keeps money and reviews apart, not a proof: it reads words.
"""

import re
from functools import cache
from typing import Literal

from shopadmin.domain.wording.characters import fold
from shopadmin.domain.wording.findings import CONTEXTS, RULES, Context, Finding, Result
from shopadmin.domain.wording.judging import judge
from shopadmin.domain.wording.lexicon import Lexicon

__all__ = ["CONTEXTS", "RULES", "Context", "Finding", "Result", "check"]

_HAN = re.compile("[\u3400-\u9fff]")
_SPELT = "haoping chaping zhongping wuxing fanxian hongbao pingjia pinglun jietu shaitu tuikuan xiugai"
# However they are drawn apart: blanks and signs may stand between any two letters.
_PINYIN = re.compile(r"\b(?:" + "|".join("[ ._-]{0,2}".join(word) for word in _SPELT.split()) + ")")
_LATIN = re.compile("[a-z]{2,}")


def check(text: str, context: Context = "message") -> Result:
    """Look a text over before it goes out: to a buyer, in public as the reply to a review, or as a campaign's title.

    Any text is taken, whatever is in it; the time is linear in its length.
    """
    folded = fold(text)
    is_chinese = bool(_HAN.search(folded) or _PINYIN.search(folded))
    words = _lexicon("zh" if is_chinese else "en")
    findings = list(judge(words, words.read(folded), context))
    if is_chinese and len(_LATIN.findall(folded)) > 3:
        english = _lexicon("en")
        findings += judge(english, english.read(folded), context)
    if context == "reply":
        # As below: much to compile, for replies alone.
        from shopadmin.domain.wording.privacy import find_personal

        findings += find_personal(text, folded)
    return Result(tuple(findings), words.lang)


@cache
def _lexicon(lang: Literal["en", "zh"]) -> Lexicon:
    """The words of a language, when they are first wanted.

    Compiling them takes longer than all else at the start of a shop, and most commands never ask.
    """
    if lang == "zh":
        from shopadmin.domain.wording.chinese import LEXICON
    else:
        from shopadmin.domain.wording.english import LEXICON
    return LEXICON
