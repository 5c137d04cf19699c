"""What a note may say (G6, G7), and what a draft must be like (G4): corpora in both languages."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shopadmin_buyer_labels.domain import drafts, grounds, taxonomy
from shopadmin_buyer_labels.domain.drafts import Draft

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = (
    "A liar and a thief", "Known scammer, do not sell", "Dishonest customer", "this crazy woman again",
    "He is a fraudster", "Malicious buyer", "Difficult customer, always something", "SWINDLER", "Shameless",
    "A professional complainer", "恶人，别卖", "这个人是骗子", "骗 子", "骗·子", "職業騙子", "典型的无赖",
    "职业打假人", "差评师", "羊毛党", "人品差", "不要脸", "没素质的买家", "惡意買家", "ｓｃａｍｍｅｒ",
)  # fmt: skip
RIGHTS = {
    "honest_review": (
        "Left a bad review", "gave us one star", "wrote an honest review that hurts", "Posted a negative rating",
        "He left us a 1-star review after delivery", "给了差评", "差评两次", "写了负面评价", "打了一星",
    ),
    "lawful_return": (
        "Returned the dress", "returns too many things", "Asked for a refund", "Too many returns",
        "used the right of withdrawal", "七天无理由退货", "经常退货", "申请退款三次", "退货率高",
    ),
    "authority": (
        "Complained to the authorities", "reported us to the consumer ombudsman", "called the police",
        "Threatened to complain to 12315", "Went to court", "向12315投诉", "投诉到市场监管局", "找了消协", "报警了",
        "威胁要投诉到工商局",
    ),
}  # fmt: skip
EVENTS = (
    "Demanded 200 yuan, or else a bad review", "Sent back a brick instead of the phone", "Returned an empty box",
    "The courier's record shows it was signed for; a refund was asked for as not received",
    "Asked for a refund for a parcel that was signed for", "Returned another serial number than was sent",
    "The bank decided the chargeback for the shop", "Refused at the door for the third time",
    "Used the voucher for new customers with four accounts", "Wrote to the courier: I will hit you",
    "Demanded 500 unless paid he would complain to the authorities", "The same text in five claims",
    "索要200元，否则给差评", "不给500就投诉12315", "退回的是空包", "退货里是一块砖", "货到付款第三次没有签收",
    "快递显示已签收，买家称未收到并申请退款", "用四个账号领了新人券", "扬言要打快递员", "五次主张文字一字不差",
    "银行裁定拒付不成立", "包裹里是垃圾", "The price was crazy low that day", "",
)  # fmt: skip


def test_g6_a_note_says_what_happened_never_what_somebody_is() -> None:
    kinds = {note: {found.kind for found in grounds.lint(note)} for note in (*PEOPLE, *EVENTS)}

    assert [note for note in PEOPLE if "character" not in kinds[note]] == []
    assert [(note, kinds[note]) for note in EVENTS if kinds[note]] == []


def test_g7_rights_of_buyers_are_no_ground() -> None:
    missed = [
        note for kind, notes in RIGHTS.items() for note in notes
        if kind not in {found.kind for found in grounds.lint(note)}
    ]  # fmt: skip

    assert missed == []
    # Nor is one of them in the list of codes: each names an event with an outcome.
    assert not [code for code in taxonomy.CODES if "return" in code or "complain" in code or code == "review.bad"]
    assert {code for code in taxonomy.CODES if code.startswith("review.")} == {"review.extortion_demand"}


def test_phones_and_addresses_stay_out_of_notes() -> None:
    for note in ("Ring 13800138000", "电话 138 0013 8000", "wang@example.com wrote", "+44 20 7946 0018"):
        assert [found.kind for found in grounds.lint(note)] == ["contact"], note
    assert grounds.lint("Order 2026112712345678901 of 2026-11-01, 13 pieces") == []


def draft(**changes: object) -> Draft:
    values = {"code": "refund.item_swapped", "severity": 3, "tier": 2, "happened_on": date(2026, 11, 20)}
    return Draft(**values | changes)  # type: ignore[arg-type]


def test_what_is_wrong_with_a_draft_is_named_with_its_field() -> None:
    def found(**changes: object) -> list[tuple[str, str]]:
        return [(wrong.code, wrong.field) for wrong in drafts.wrongs(draft(**changes), NOW, NOW, ZONE)]

    assert found() == []
    assert found(code="person.liar") == [("code", "code")]
    assert found(tier=5) == [("tier_value", "tier")]
    assert found(tier=1) == [("severity_cap", "severity")]
    assert found(severity=0) == [("severity", "severity")]
    assert found(happened_on=date(2026, 11, 28)) == [("happened_on", "happened_on")]
    assert found(note="x" * 501) == [("note_long", "note")]
    assert found(note="liar") == [("character", "note")]
    assert found(code="x", severity=9, note="a thief") == [
        ("code", "code"),
        ("severity", "severity"),
        ("character", "note"),
    ]


def test_g4_the_end_lies_in_the_future_and_not_too_far() -> None:
    def found(ends_on: date | None) -> list[str]:
        return [wrong.code for wrong in drafts.wrongs(draft(ends_on=ends_on), NOW, NOW, ZONE)]

    assert found(None) == []
    assert found(date(2026, 11, 26)) == ["expires_past"]
    assert found(date(2026, 11, 27)) == []  # today ends tonight
    assert found(date(2027, 11, 27)) == []
    assert found(date(2027, 11, 28)) == ["expires_late"]
    assert found(date.max) == ["expires_late"]
    assert drafts.expires(draft(), NOW, ZONE) == NOW + timedelta(days=180)
    assert drafts.expires(draft(ends_on=date(2027, 1, 31)), NOW, ZONE) == datetime(2027, 1, 31, 16, tzinfo=UTC)
    assert drafts.expires(draft(ends_on=date(2027, 11, 27)), NOW, ZONE) == NOW + timedelta(days=365)
