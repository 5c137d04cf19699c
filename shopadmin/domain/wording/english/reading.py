"""How an English reader takes a folded line: spelt out, each rating as ``5star``."""

import functools
import re

from shopadmin.domain.wording import lexicon
from shopadmin.domain.wording.spelling import spell

# At the beginning of a word; "n't" and signs stand behind one.
either = functools.partial(lexicon.either, begins=r"(?:(?<![a-z])|(?=n't|'ll))")
_COUNTS = {
    "zero": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "a single": "1", "full": "5",
    "all": "5", "max": "5", "maximum": "5", "top": "5", "0": "1",
}  # fmt: skip
_COUNT = "|".join(_COUNTS)
# What may follow "five star" when it is a rating; anything else is a hotel, a screw or a spice.
_AFTER_STARS = (
    "reviews?|reviewers?|ratings?|rated|feedbacks?|comments?|scores?|marks?|ones?|posts?|testimonials?|fans?|buyers?|"
    "customers?|shoppers?|clients?|clubs?|raters?|members?|cash|cashback|coupons?|bonus|gifts?|rewards?|refund|"
    "deals?|"
    "free|voucher|discount|and|or|for|on|to|in|with|please|then|now|we|i|you|us|from|if|is|are|get|gets|it|at|by|"
    "experience|as|so|when|once|after|before|until|unless|otherwise|because|but|off|out|back|will|be|here|each|"
    "across|every|only|again|instead|online|means?|lit|treatment|thank|thanks|the|your|my|our|this|that|of|left|"
    "unlocks?|earns?|wins?|makes?|gives?|takes?|counts?|stays?|was|were|has|have|would|could|can|may|might|did|do|"
    "went|go|goes|come|comes|today|tonight|tomorrow|still|too|also|already|just|a|an|envelope|red|treat|prize|"
    "friends|people|folks|guests|gang|crew|lovers|family|r8ing|"
    "without|about|even|despite|though|instead|like|yet|any|no|not|nor|than|under|over|via|their|his|her|they|he|"
    "she|who|which|"
    "because|while|within|during|right|straight|first|next|there|got|had|does|goes|gone|showing|showed|shown|via|send|"
    "sent|show|claim|collect|pick|saves?|bring|brings|pays?|paid|equals|worth|must|should|shall|need|needs|want|"
    "wanted|asap|"
    "thx|ty|pls|plz|soon|forever|everywhere|all|both|visible|removed|deleted|changed|stay|remains?|hits|hurt|"
    "heroes|accounts|users|champions|legends|winners|givers|voters|party|week|day|night|season|month|weekend|draw|"
    "lottery|raffle|special|"
    "spirit|love|promo|offer|selfie|into|hurts?|we've|we'd|i'd|really|video|photo|screenshot|proof|write|writeup|"
    "opinion|vote|votes"
)
_STARS = re.compile(
    rf"(?<![\w.,-])(?:(?P<word>{_COUNT})|(?P<digit>[0-5]))(?: out of (?:5|five))?[ -]{{0,2}}(?:big |shiny |full )?"
    rf"(?:stars?(?![\w'-])(?![ -]{{1,2}}(?!(?:{_AFTER_STARS})\b)[a-z])|★)"
)
_SIGNED = re.compile(
    r"(?<![\w.,])(?:★ ?(?=[1-5](?![\d.,]?\d)))?(?P<digit>[1-5])(?:(?<=★[1-5])|(?<=★ [1-5])| ?★+| ?\*+s?(?![\w*]))"
)
_ROW = re.compile(r"★[★ ]{2,16}★")
_OUT_OF = re.compile(
    r"(?<![\w./])(?:(?P<digit>[0-5]) ?(?:/|out of|of) ?5|10 ?(?:/|out of) ?10|(?P<word>one|two|three|four|"
    r"five) out of five)(?![\w/])"
)
_PICTURES = str.maketrans({"💰": " cash ", "🎁": " gift ", "🧧": " red envelope ", "★": " star "})


def read(text: str) -> str:
    """The folded line as an English reader takes it: spelt out, each rating as ``5star``."""
    for rating in (_ROW, _SIGNED):
        text = rating.sub(lambda found: f" {(found.groupdict().get('digit') or '5')}star ", text)
    text = spell(text)
    text = re.sub(r"\bfivestars?\b", "five star", text)
    text = _OUT_OF.sub(lambda found: _stars(found, "5"), text)
    text = _STARS.sub(lambda found: _stars(found, "5"), text)
    return re.sub(" {2,}", " ", text.translate(_PICTURES))


def _stars(found: re.Match[str], default: str) -> str:
    count = _COUNTS.get(found["word"] or "", found["digit"] or default)
    return f" {count if count != '0' else '1'}star "
