"""What a note may not say: what a person is (G6), and grounds on which nobody may be labelled (G7).

A note says what happened and what came of it. An honest bad review, a lawful return and a complaint to an authority are
rights; they may stand in a note only beside the event that the code names, as what was demanded with them. What
somebody said word for word belongs into the evidence.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["character", "honest_review", "lawful_return", "authority", "contact"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a note, and why it may not stand there."""

    kind: Kind
    words: str


_CHARACTERS_EN = (
    "liar", "liars", "thief", "thieves", "scammer", "scammers", "scam artist", "con artist", "con man", "crook",
    "crooks", "fraudster", "fraudsters", "swindler", "swindlers", "cheater", "cheaters", "criminal", "criminals",
    "bastard", "idiot", "moron", "psycho", "lunatic", "maniac", "parasite", "scum", "scumbag", "trash person", "karen",
    "evil", "wicked", "dishonest", "shameless", "greedy", "untrustworthy", "bad person", "bad buyer", "bad customer",
    "terrible person", "horrible person", "awful person", "problem customer", "difficult customer", "difficult buyer",
    "crazy customer", "crazy buyer", "crazy person", "crazy woman", "crazy man", "professional complainer",
    "habitual offender", "serial offender", "bad character", "no morals", "malicious buyer", "malicious customer",
)  # fmt: skip
_CHARACTERS_ZH = (
    "恶人", "惡人", "坏人", "壞人", "骗子", "騙子", "小偷", "惯偷", "惯犯", "慣犯", "惯骗", "流氓", "无赖",
    "無賴", "人渣", "败类", "敗類", "贱人", "賤人", "刁民", "泼妇", "泼皮", "无耻", "無恥", "不要脸", "不要臉",
    "厚脸皮", "神经病", "神經病", "精神病", "变态", "變態", "疯子", "瘋子", "傻子", "傻逼", "蠢货", "混蛋",
    "王八", "畜生", "穷鬼", "吸血鬼", "老赖", "老賴", "羊毛党", "羊毛黨", "碰瓷", "差评师", "差評師",
    "恶意买家", "惡意買家", "恶意顾客", "恶意客户", "垃圾人", "垃圾买家", "垃圾客户", "垃圾顾客", "没素质",
    "沒素質", "素质低", "素质差", "没教养", "没人品", "人品差", "人品有问题", "品行", "贪心", "贪得无厌",
    "奸诈", "狡猾", "不诚信", "诚信有问题", "心术不正", "职业打假人", "职业索赔人",
)  # fmt: skip
_GROUNDS_EN: dict[Kind, tuple[str, ...]] = {
    "honest_review": (
        r"(?:left|gave|wrote|posted|leaves|gives|writes) (?:us |me )?(?:an? |the |his |her |their )?(?:\w+ )?"
        r"(?:bad|negative|poor|low|one[- ]star|1[- ]star|two[- ]star|2[- ]star|honest) (?:reviews?|ratings?)",
        r"(?:gave|left|rated) (?:us |me )?(?:only )?(?:one|two|1|2) stars?", r"bad reviews?", r"negative reviews?",
        r"one[- ]star reviews?", r"1[- ]star reviews?",
    ),
    "lawful_return": (
        r"returns? (?:too )?(?:many|much|a lot|often|everything)", r"returned (?:the |an? |his |her |their |too )?\w+",
        r"asked for (?:an? |the |his |her )?(?:refund|return)", r"wanted (?:an? |the )?(?:refund|return)",
        r"(?:too )?many (?:returns|refunds)", r"frequent returns?", r"7[- ]day returns?", r"14[- ]day returns?",
        r"withdrew from the (?:contract|purchase)", r"right of withdrawal",
    ),
    "authority": (
        r"(?:complained|complains|complaint|reported|reports|went|wrote|turned) (?:us |me |the shop )?(?:to|with) "
        r"(?:the |an? )?(?:\w+ )?(?:authority|authorities|regulators?|police|consumer \w+|ombudsman|12315|court|bbb)",
        r"12315", r"12345", r"sued (?:us|me|the shop)", r"called the police",
    ),
}  # fmt: skip
_GROUNDS_ZH: dict[Kind, tuple[str, ...]] = {
    "honest_review": ("差评", "差評", "中评", "低分评价", "一星", "1星", "两星", "负面评价", "給了差", "给了差"),
    "lawful_return": (
        "七天无理由", "7天无理由", "无理由退", "無理由退", "退货多", "退货率", "经常退货", "总是退货",
        "老是退货", "频繁退货", "退货频繁", "申请退货", "申请退款", "要求退货", "要求退款", "退了货", "退货",
        "退貨", "仅退款",
    ),
    "authority": (
        "市场监管", "市場監管", "工商局", "工商投诉", "消费者协会", "消协", "消委会",
        "消保委", "向有关部门", "监管部门", "监管局", "报警", "報警", "起诉", "起訴", "向法院", "投诉到",
        "举报到", "职能部门",
    ),
}  # fmt: skip
# What makes a note about an event rather than about a right that somebody used: what was demanded with it. A threat to
# complain is none, as long as nothing is demanded.
_DEMAND_EN = (
    r"demand(?:ed|s|ing)?", r"unless", r"extort\w*", r"blackmail\w*", r"in exchange", r"in return for", r"or else",
    r"pa(?:id|y|ys|ying) (?:him|her|them)",
)  # fmt: skip
_DEMAND_ZH = (
    "索要",
    "勒索",
    "敲诈",
    "要挟",
    "否则",
    "否則",
    "不给",
    "不给钱",
    "不赔",
    "换取",
    "才删",
    "才改",
    "才撤",
    "私下转账",
)
# What was wrong with what came back, or with what was claimed.
_GOODS_EN = (
    r"swap(?:ped)?", r"empty", r"bricks?", r"stones?", r"instead of", r"(?:an)?other serial", r"signed for",
    r"different (?:item|serial|product|article)", r"not the (?:item|one|same)", r"fake tracking", r"used and damaged",
)  # fmt: skip
_GOODS_ZH = (
    "掉包", "调包", "調包", "空包", "空盒", "砖", "磚", "石头", "不是原", "非原", "不是同一", "序列号", "签收",
    "簽收", "假单号",
)  # fmt: skip
_SAME_EN, _SAME_ZH = (
    (r"same (?:text|photo)s?", r"identical (?:text|photo|picture)s?"),
    ("相同文字", "一字不差", "同一张图"),
)
_CONTACTS = (
    r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"\+\d[\d ()-]{7,}",
)


def _words(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![0-9a-z])(?:" + "|".join(patterns) + r")(?![0-9a-z])")


_CHARACTER_EN = _words(map(re.escape, _CHARACTERS_EN))
_GROUND_EN = {kind: _words(patterns) for kind, patterns in _GROUNDS_EN.items()}
_EVENT_EN = {
    "honest_review": _words((*_DEMAND_EN, *_SAME_EN)),
    "lawful_return": _words((*_DEMAND_EN, *_GOODS_EN)),
    "authority": _words((*_DEMAND_EN, *_SAME_EN)),
}
_EVENT_ZH: dict[Kind, tuple[str, ...]] = {
    "honest_review": (*_DEMAND_ZH, *_SAME_ZH),
    "lawful_return": (*_DEMAND_ZH, *_GOODS_ZH),
    "authority": (*_DEMAND_ZH, *_SAME_ZH),
}
_CONTACT = re.compile("|".join(_CONTACTS))


def lint(note: str) -> list[Finding]:
    """What may not stand in the note, one finding of each kind at the most; none for a note that may be kept."""
    text = " ".join(unicodedata.normalize("NFKC", note).casefold().split())
    # Between Chinese characters nothing is lost with what stands between them, and nobody hides there.
    dense = "".join(found for found in text if unicodedata.category(found)[0] not in "ZPCS")
    findings = [
        *_first("character", _CHARACTER_EN.search(text), _CHARACTERS_ZH, dense),
        *_first("contact", _CONTACT.search(text), (), dense),
    ]
    for kind, pattern in _GROUND_EN.items():
        if not (_EVENT_EN[kind].search(text) or any(word in dense for word in _EVENT_ZH[kind])):
            findings += _first(kind, pattern.search(text), _GROUNDS_ZH[kind], dense)
    return findings


def _first(kind: Kind, found: re.Match[str] | None, words: Iterable[str], dense: str) -> list[Finding]:
    said = found[0] if found else next((word for word in words if word in dense), "")
    return [Finding(kind, said)] if said else []
