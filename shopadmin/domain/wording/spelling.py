"""English as it was meant: letters drawn apart, digits for letters, short forms and typing mistakes made whole."""

import functools
import re

# Words that sellers disguise. A disguised word is one letter off, has its letters apart or lacks its vowels.
_DISGUISED_TEXT = """
review reviews reviewed feedback feedbacks rating ratings comment comments stars delete deleted remove removed
change changed update updated revise refund refunded rebate cashback coupon voucher discount reward replacement
shipping compensation compensate positive negative excellent gift gifts bonus free money paypal earrings lawyer
police expose fivestar fivestars trustpilot whatsapp telegram wechat screenshot edit
"""
_DISGUISED = tuple(_DISGUISED_TEXT.split())
_KNOWN = frozenset(_DISGUISED)
# Real words one letter away from a disguised one.
_OTHERS_TEXT = """
revive revived revised reviewer previews preview chance chances charge charged hange removal remover removes
shopping chipping whipping dating eating racing ration rations raging raving raising reword regard regards
rewards commend commends comet content contents commence positively position updates deletes changes revises
voucher's coupons vouchers refunds rebates rebated exposed exposes polite policy lawyers posture shipping's
chanced changer clanged hanged compensated discounts replacements bonuses monkey honey stairs starts shipment
skipping slipping snipping sipping tipping dipping zipping rioting rotting routing ranting rafting negatives
positives feedbacks' debate update's dating's updater remote remotely relate related rewarded
"""
_OTHERS = frozenset(_OTHERS_TEXT.split())
_SHORT = {
    **dict.fromkeys(("rvw", "revw", "revu", "rvu", "rev", "reveiw", "rewiev", "riview", "rvws"), "review"),
    **dict.fromkeys(("fb", "fdbk", "feedbk", "fbk", "fdback"), "feedback"),
    **dict.fromkeys(("strs", "str", "starz", "sters", "staars"), "stars"),
    **dict.fromkeys(("chng", "chg", "chnge", "cng"), "change"),
    **dict.fromkeys(("del", "dlt", "delt", "dlete"), "delete"),
    **dict.fromkeys(("rmv", "rmve", "rem0ve"), "remove"),
    **dict.fromkeys(("rfnd", "rfd", "rfund", "refnd"), "refund"),
    **dict.fromkeys(("updt", "upd8", "upd"), "update"),
    **dict.fromkeys(("cpn", "coup", "qpon"), "coupon"),
    **dict.fromkeys(("vchr", "vouch"), "voucher"),
    **dict.fromkeys(("disc", "dscnt"), "discount"),
    **dict.fromkeys(("fre", "phree", "freee", "freebee", "freebie", "freebies"), "free"),
    **dict.fromkeys(("pstv", "pos"), "positive"),
    **dict.fromkeys(("r8", "rte"), "rate"),
    **dict.fromkeys(("r8ing", "r8ting", "ratin"), "rating"),
    **dict.fromkeys(("ur", "yr", "yor", "u're"), "your"),
    **dict.fromkeys(("pls", "plz", "plse", "pleez"), "please"),
    **dict.fromkeys(("w8", "wil", "wll"), "will"),
    **dict.fromkeys(("gud", "gd", "goood"), "good"),
    **dict.fromkeys(("giv", "gimme"), "give"),
    **dict.fromkeys(("monies", "moneyz", "munny", "mony", "mny"), "money"),
    **dict.fromkeys(("gft", "giftt"), "gift"),
    **dict.fromkeys(("rtng", "ratng", "rtg", "ratting"), "rating"),
    **dict.fromkeys(("cmnt", "cmt", "commnt", "coment"), "comment"),
    **dict.fromkeys(("neg", "ngtv", "negtive"), "negative"),
    **dict.fromkeys(("tk", "tke"), "take"),
    **dict.fromkeys(("dwn", "dn"), "down"),
    **dict.fromkeys(("snd", "sned"), "send"),
    **dict.fromkeys(("bk", "bck", "bac"), "back"),
    **dict.fromkeys(("pymt", "paymnt", "pymnt"), "payment"),
    **dict.fromkeys(("csh", "kash", "cashh"), "cash"),
    **dict.fromkeys(("edt", "edti"), "edit"),
    **dict.fromkeys(("prz", "prise"), "prize"),
    **dict.fromkeys(("wn", "wen", "whn"), "when"),
    **dict.fromkeys(("giftcrd", "gcard", "giftcd"), "giftcard"),
    "thru": "through",
    "ss": "screenshot",
    "u": "you",
    "n": "and",
    "gr8": "great",
    "shpng": "shipping",
    "shiping": "shipping",
    "dollarz": "dollars",
    "fiver": "5 pounds",
    "tenner": "10 pounds",
    "wut": "what",
    "cuz": "because",
}
_LEET = (str.maketrans("@4310!|$5702€£¢+", "aaeioiissto" + "zelct"), str.maketrans("1!|", "lll"))
_VOWELS = re.compile("[aeiou]")
_LONG = re.compile(r"([a-z])\1{2,}")
_DOUBLE = re.compile(r"([a-z])\1")


def _deletions(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _swaps(word: str) -> set[str]:
    return {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)}


def _skeleton(word: str) -> str:
    return _DOUBLE.sub(r"\1", word[0] + _VOWELS.sub("", word[1:]).replace("ck", "k"))


_NEAR = {
    near: word for word in reversed(_DISGUISED) if len(word) > 5 for near in (_deletions(word) | _swaps(word) | {word})
}
_BONES = {_skeleton(word): word for word in reversed(_DISGUISED) if len(_skeleton(word)) > 3}

_MASKED_TOO = ("star", "stars", "cash", "pay", "rate", "five", "post", "court", "sue", "prize", "dollar", "dollars")
_MASKS = {word[:at] + "*" + word[at + 1 :]: word for word in (*_DISGUISED, *_MASKED_TOO) for at in range(1, len(word))}
_MASKED = re.compile(r"(?<![a-z])[a-z]{1,12}[*#][a-z]{1,12}(?![a-z])")
_TOKEN = re.compile(r"[a-z0-9@$!|€£¢+]*[a-z][a-z0-9@$!|€£¢+]*")
_SIGN = r"(?:[a-z@!013]|\$(?! ?\d))"
_APART = re.compile(rf"(?<![a-z0-9]){_SIGN}(?:[ ._\-*~/|·,^]{{1,2}}{_SIGN}){{2,}}(?![a-z0-9])")
_BETWEEN = re.compile(r"[^a-z@$!013]+")
_SEGMENTS_TEXT = """
five star cash good great nice best back get gets give send pay for you your and the our off out new item code
please leave rate post now with bad take down deal ten buck bucks all more claim days win wins want sue court
"""
_SEGMENTS = _KNOWN | frozenset(_SEGMENTS_TEXT.split())
_WHOLE = re.compile("|".join(sorted(_SEGMENTS, key=len, reverse=True)))
_ABBREVIATED = re.compile(r"(?<![a-z.])(pos|neg|rev|revs|rvw|del|disc|coup|vouch|chg|upd)\.(?= ?[a-z0-9$£€-])")
_HALVES = {(word[:at], word[at:]) for word in _DISGUISED if len(word) > 5 for at in range(2, len(word) - 1)}
_SHORT_HALVES = {
    (word[:at], word[at:])
    for word in ("free", "gift", "gifts", "cash", "stars", "money", "bonus", "coupon", "refund", "rating")
    for at in range(1, len(word))
}
_DOTTED = re.compile(r"(?<![a-z])([a-z]{1,5})[._*|\-]{1,2}(?=([a-z]{1,5})(?![a-z]))")
_SPLIT = re.compile(r"(?<![a-z])([a-z]{2,10})[ ._*:/|\-]{1,2}(?=([a-z]{2,10})(?![a-z]))")


def spell(text: str) -> str:
    """The folded text with its disguised words written out; everything else as it stands."""
    text = _ABBREVIATED.sub(r"\1 ", text)
    text = _LONG.sub(r"\1\1", _APART.sub(_join, text))
    text = _TOKEN.sub(lambda found: _word(found[0]) if len(found[0]) < 24 else found[0], text)
    text = _MASKED.sub(lambda found: _MASKS.get(found[0].replace("#", "*"), found[0]), text.replace("_", " "))
    text = _DOTTED.sub(lambda found: found[1] if found.groups() in _SHORT_HALVES else found[0], text)
    return _SPLIT.sub(lambda found: found[1] if found.groups() in _HALVES else found[0], text)


def _join(found: re.Match[str]) -> str:
    letters = _BETWEEN.sub("", found[0])
    for table in _LEET:
        if words := _WHOLE.findall(letters.translate(table)):
            return " ".join(words)
    return found[0]


@functools.lru_cache(16384)
def _word(token: str) -> str:
    if token in _KNOWN or token in _OTHERS:
        return token
    if token in _SHORT:
        return _SHORT[token]
    core = token.rstrip("!+")
    if not core.isalpha():
        return _plain(core) + token[len(core) :]
    return (_near(core) or _undoubled(core)) + token[len(core) :]


def _undoubled(word: str) -> str:
    if word.endswith("z") and word[:-1] + "s" in _LEET_WORDS:
        return word[:-1] + "s"
    single = _DOUBLE.sub(r"\1", word)
    if len(word) > 3 and single in _LEET_WORDS:
        return single
    return _SHORT.get(single, word) if len(single) > 3 else word


def _plain(token: str) -> str:
    """A word with other signs in it, if it is one that is disguised."""
    for table in _LEET:
        letters = token.translate(table)
        if letters in _LEET_WORDS:
            return letters
        if letters.isalpha() and (near := _SHORT.get(letters) or _near(letters)):
            return near
    return token


_LEET_TEXT = """
rate pay we for cash back star stars five good great nice buck bucks prize send post leave please deal court sue regret
promise present extra win best off code credit item items new one
"""
_LEET_WORDS = _KNOWN | frozenset(_LEET_TEXT.split())


def _near(word: str) -> str | None:
    if len(word) < 3 or word in _OTHERS:
        return None
    if word in _KNOWN:
        return word
    for candidate in (word, *_deletions(word)):
        found = _NEAR.get(candidate)
        if found and found[0] == word[0] and abs(len(found) - len(word)) < 2 and found != word:
            return found
    bones = _BONES.get(_skeleton(word))
    if bones and len(word) <= len(bones) and bones[0] == word[0] and len(_VOWELS.findall(word)) < 2:
        return bones
    return None
