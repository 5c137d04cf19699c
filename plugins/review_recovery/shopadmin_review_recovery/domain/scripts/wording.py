"""The texts of a script: both languages, known variables, and what is never said (section 2, coaching).

The lint reads words and is a net, as the wording check of the core is: what protects a buyer is the graph.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.scripts import graph, shape
from shopadmin_review_recovery.domain.scripts.findings import Finding, found
from shopadmin_review_recovery.domain.scripts.graph import Node, Script, Texts

# Codes of the rules of the core's wording check that a text meets.
Check = Callable[[str], Sequence[str]]
# How many parts a text takes as an SMS.
CountParts = Callable[[str], int]
MOST_SMS_PARTS = 4

_NEVER: Mapping[str, Sequence[re.Pattern[str]]] = {
    rule: [re.compile(pattern) for pattern in patterns]
    for rule, patterns in {
        "pity": (
            r"(?i)\b(?:lose|losing|lost|keep|risk)\b.{0,12}\b(?:my|our) jobs?\b",
            r"(?i)\bmy (?:salary|wages|bonus|pay|targets?|kpi|boss|manager|family)\b|\bovertime\b|\bsales targets?\b",
            r"(?i)\b(?:i|we)(?:'ll| will| would)? (?:be|get) (?:fired|fined|punished|in trouble)\b",
            "饭碗|丢了?工作|工作不保|加班|业绩|绩效|考核|指标|(?i:kpi)|扣我|扣(?:我的?)?(?:工资|奖金)|罚我|养家|可怜|"
            "被(?:老板|领导|主管)(?:骂|批)",
        ),
        "punishment": (
            r"(?i)\b(?:fire|sack|dismiss|punish|penali[sz]e|discipline|fine)\b.{0,30}"
            r"\b(?:staff|employees?|colleagues?|workers?|packers?|him|her|them|whoever)\b",
            r"(?i)\b(?:staff|employees?|colleagues?|workers?|packers?|whoever)\b.{0,40}"
            r"\b(?:fired|sacked|dismissed|punished|penali[sz]ed|disciplined|fined)\b",
            "开除|辞退|处罚|处分|惩罚|严惩|罚款",
        ),
        "blame": (
            r"(?i)\b(?:courier|carrier|post office|delivery (?:company|service|driver)|factory|supplier|manufacturer)"
            r"(?:'s|s)?\b.{0,25}\b(?:fault|mistake|blame|lost|broke|damaged|failed|slow|messed)\b",
            r"(?i)\b(?:blame|because of|due to)\b.{0,15}\b(?:courier|carrier|post office|delivery|factory|supplier)",
            "(?:快递|物流|厂家|工厂|厂商|供应商|供货商)(?:公司|员|方)?[^。！？，]{0,8}"
            "(?:的错|的问题|的责任|的原因|弄坏|弄丢|压坏|不负责|太慢|造成|导致)",
            "(?:都?怪|赖|是)(?:快递|物流|厂家|工厂|厂商|供应商)(?!单)",
        ),
        "next_discount": (
            r"(?i)\bnext (?:time|order|purchase)\b[^.?!]{0,40}\b(?:discount|coupon|voucher|off|cheaper|rebate)\b",
            r"(?i)\b(?:discount|coupon|voucher|rebate|(?:%|percent) off)\b[^.?!]{0,40}\b(?:next|future|another)\b",
            "下(?:次|回|单)[^。！？]{0,12}(?:优惠|打折|便宜|折扣|减免|立减|券|红包)",
            "(?:优惠|打折|折扣|券|红包)[^。！？]{0,8}下(?:次|回)",
        ),
        "false_name": (
            r"\b(?:[Mm]y name is|[Ii]['’]?m|I am|[Tt]his is) (?!I\b)[A-Z][a-z]+",
            "我叫(?!\\{\\{)|我是(?!\\{\\{)[小阿老][\u4e00-\u9fff]|"
            "(?:我是|这里是)(?!\\{\\{)[^，。{]{0,6}(?:先生|小姐|女士|经理|主管|老板|店长)",
        ),
        "second_ask": (
            r"(?i)\breconsider\b|\bask(?:ing)? (?:you )?(?:once )?again\b|\bbeg(?:ging)?\b|\bplease, please\b",
            "再考虑|再想想|求您|求求|拜托|再问(?:您)?一次|通融",
        ),
    }.items()
}
# A word about changing, removing or praising in a review; only the invitation may speak so, and only neutrally.
_ASKS = [
    re.compile(pattern)
    for pattern in (
        r"(?i)\b(?:updat|chang|edit|revis|amend|delet|remov|withdraw|rais|improv|rewrit|correct)\w*\b[^.?!]{0,40}"
        r"\b(?:reviews?|ratings?|stars?|feedback)\b",
        r"(?i)\b(?:reviews?|ratings?|feedback)\b[^.?!]{0,30}"
        r"\b(?:updated|changed|edited|revised|amended|deleted|removed|withdrawn|improved)\b",
        "(?:修改|更改|改|更新|删除|删掉|删|撤销|撤回|追加)[^。！？，]{0,10}(?:评价|评论|差评|中评|评分|星级)",
        "(?:评价|评论|差评|中评|评分|星级)[^。！？，]{0,6}(?:修改|更改|改成|改为|改一|更新|删除|删掉|删了|撤销|撤回)",
    )
]
_PRAISE = [
    re.compile(r"(?i)\b(?:five|5|four|4|good|positive|better|higher)[ -]?(?:stars?|reviews?|ratings?|feedback)\b"),
    re.compile("好评|(?:五|5|四|4)颗?星|高分|满分"),
]


@dataclass(frozen=True, slots=True)
class _Said:
    field: str
    language: str
    text: str


def findings(script: Script, check: Check, sms_parts: CountParts) -> Iterator[Finding]:
    """Every text of the script; ``check``: the core's wording check on one text as a buyer would get it."""
    yield from _translations("", "title", script.title, is_needed=True)
    for node in script.nodes:
        yield from _of_node(node, sms_parts)
        for said in _said(node):
            yield from _variables(node, said)
            yield from _lint(node, said)
            for rule in check(templates.example(said.text, said.language)):
                yield found("wording", node.name, field=said.field, language=said.language, rule=rule)


def _of_node(node: Node, sms_parts: CountParts) -> Iterator[Finding]:
    yield from _translations(node.name, "purpose", node.purpose, is_needed=True)
    for field, texts in (("say", node.say), ("send", node.send), ("coaching", node.coaching)):
        yield from _translations(node.name, field, texts)
    is_chosen = len(node.edges) > 1 and not shape.outcomes(node)
    for edge in node.edges:
        yield from _translations(node.name, f"edges.{edge.on}", edge.label, is_needed=is_chosen)
    for language, text in node.send.items():
        if sms_parts(templates.example(text, language)) > MOST_SMS_PARTS:
            yield found("long_message", node.name, language=language, most=MOST_SMS_PARTS)


def _translations(node: str, field: str, texts: Texts, is_needed: bool = False) -> Iterator[Finding]:
    if texts or is_needed:
        for language in graph.LANGUAGES:
            if not texts.get(language):
                yield found("translation", node, field=field, language=language)


def _said(node: Node) -> Iterator[_Said]:
    for field, texts in (("say", node.say), ("send", node.send)):
        for language, text in texts.items():
            yield _Said(field, language, text)


def _variables(node: Node, said: _Said) -> Iterator[Finding]:
    reading = templates.read(said.text)
    for name in reading.unknown:
        known = ", ".join(one for one in templates.REGISTRY if one.partition(".")[0] == name.partition(".")[0])
        yield found("unknown_variable", node.name, name=name, field=said.field, language=said.language,
                    known=known or ", ".join(templates.REGISTRY))  # fmt: skip
    for text in reading.malformed:
        yield found("malformed", node.name, text=text[:40], field=said.field, language=said.language)
    if said.field == "say" and any(place.is_fill_in for place in reading.places):
        yield found("fill_in_spoken", node.name, language=said.language)


def _lint(node: Node, said: _Said) -> Iterator[Finding]:
    for rule, patterns in _NEVER.items():
        for pattern in patterns:
            if match := pattern.search(said.text):
                yield found(rule, node.name, words=match[0], field=said.field, language=said.language)
                break
    asks = _ASKS if node.role != "invitation" else []
    if match := next((hit for pattern in (*asks, *_PRAISE) if (hit := pattern.search(said.text))), None):
        code = "invitation_elsewhere" if node.role != "invitation" else "praise"
        yield found(code, node.name, words=match[0], field=said.field, language=said.language)
