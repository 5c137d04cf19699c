"""The rules one by one, in both languages: what each stops, and what next to it may be said."""

import pytest

from shopadmin.domain import wording

BLOCKED = [
    ("incentive", "message", "If you give us five stars, the second pair is free."),
    ("incentive", "message", "The second pair is free if you give us five stars."),
    ("incentive", "message", "好评截图发来，红包马上到。"),
    ("incentive", "message", "红包给您准备好了，写个好评就发。"),
    ("compensation_and_invitation", "message", "We have refunded the postage. Please change your review."),
    ("compensation_and_invitation", "message", "运费已经退给您了。麻烦把评价改一下。"),
    ("incentive", "message", "You delete, we pay."),
    ("incentive", "message", "We saw your comment. For ten dollars, would you have it removed?"),
    ("incentive", "message", "Once your stars have changed we will happily paint the shed."),
    ("incentive", "reply", "Thank you for the review. Your voucher is on its way."),
    ("incentive", "message", "您撤评，我们付邮费。"),
    ("incentive", "reply", "感谢您的好评，小礼物今天就寄出。"),
    ("condition", "message", "Unless the review is deleted, the warranty is void."),
    ("condition", "message", "不删差评就不给保修。"),
    ("threat", "message", "Our lawyers will write to you."),
    ("threat", "message", "再这样我就把你挂到网上。"),
    ("campaign_praise", "campaign", "For our five-star fans"),
    ("campaign_change", "campaign", "删评季"),
    ("campaign_review", "campaign", "写评价的季节"),
    ("campaign_review", "campaign", "Only for customers with no complaints"),
    ("privacy_phone", "reply", "拨打13800138000"),
    ("privacy_phone", "reply", "Ring 020 7946 0000"),
    ("privacy_email", "reply", "Write to a.b (at) fake (dot) example"),
    ("privacy_address", "reply", "We sent it to 12 Nowhere Lane."),
    ("privacy_address", "reply", "寄到虚构路12号3单元502了。"),
    ("privacy_name", "reply", "Dear Mr. Sampleton, sorry."),
    ("privacy_name", "reply", "王样本女士，您好。"),
    ("privacy_handle", "reply", "微信 fake_shop_1"),
    ("privacy_handle", "reply", "Telegram: fake_shop_1"),
    ("privacy_number", "reply", "身份证号 110101199001011234 对吗"),
]
ALLOWED = [
    ("message", "Your view may have changed. You can update your review in your own words. It is entirely up to you."),
    ("message", "感受有变化的话，可以按实际情况更新评价，改不改完全由您。"),
    ("message", "We have refunded the postage."),
    ("message", "We would never take legal action over a review."),
    ("message", "我们不会因为一条评价走法律途径。"),
    ("message", "Once the lamp has changed hands we will happily paint the shed."),
    ("reply", "Thank you for the review. Your replacement is on its way."),
    ("campaign", "Stars and stripes: flags from 9"),
    ("message", "If you do not return the lamp, we cannot refund it."),
    ("message", "如果地址不改，就按原地址发货。"),
    ("message", "Call us on 555-0142."),
    ("message", "好评。"),
    ("reply", "Thank you for the five stars!"),
    ("reply", "感谢您的五星好评。"),
    ("reply", "Order 202611260045 has left the house."),
    ("campaign", "五星级酒店同款枕头"),
    ("campaign", "Five star hotel towels"),
]
WARNED = [
    ("incentive", "The refund does not depend on your review."),
    ("incentive", "We never give refunds for good reviews."),
    ("incentive", "补偿和好评没有任何关系。"),
    ("incentive", "我们从不用红包换好评。"),
]
SAME = [
    "好 评 返 现", "好\u200b评\u200d返\ufeff现", "好.评.返.现", "好，评，返，现", "好評返現",
    "ｈａｏ评返ｘｉａｎ", "hp返现", "好坪返xian", "haoping fanxian",
    "5* review = cash", "５★ review ＝ cash", "fivestar revu = c@sh", "r e v i e w + 5 stars = f r e e",
    "𝟱-𝘀𝘁𝗮𝗿 𝗿𝗲𝘃𝗶𝗲𝘄 = 𝗳𝗿𝗲𝗲",
    "5-ѕtаr rеviеw = frее", "G00d rev1ew = b0nus", "\u202e5 star review = free\u202c", "5 stars and a\0 fr\0ee gift",
]  # fmt: skip


@pytest.mark.parametrize(("rule", "context", "text"), BLOCKED)
def test_g7_g8_a_rule_blocks(rule: str, context: wording.Context, text: str) -> None:
    result = wording.check(text, context)

    assert result.blocked
    assert rule in result.rules


@pytest.mark.parametrize(("context", "text"), ALLOWED)
def test_what_stands_next_to_a_rule_may_be_said(context: wording.Context, text: str) -> None:
    assert not wording.check(text, context).blocked


@pytest.mark.parametrize(("rule", "text"), WARNED)
def test_g7_a_refusal_to_trade_is_noted_and_not_blocked(rule: str, text: str) -> None:
    result = wording.check(text)

    assert (result.blocked, result.warned, result.rules) == (False, True, (rule,))


def test_g8_a_threat_that_is_not_denied_stays_one() -> None:
    assert wording.check("We will not hesitate to take legal action.").rules == ("threat",)
    assert wording.check("我们不会放过你，法院见。").rules == ("threat",)


def test_a_refusal_that_is_taken_back_is_an_offer() -> None:
    assert wording.check("We never ask for reviews, but five stars get you a free lamp.").blocked


@pytest.mark.parametrize("text", SAME)
def test_g7_a_disguise_changes_nothing(text: str) -> None:
    assert wording.check(text).blocked


@pytest.mark.parametrize("context", ["message", "campaign"])
def test_g8_personal_data_counts_in_public_alone(context: wording.Context) -> None:
    assert not wording.check("Please call me on 555-0142", context).blocked


def test_a_finding_shows_the_words_as_they_were_read() -> None:
    (found,) = wording.check("亲，ｈａｏ 评 返 ｘｉａｎ 哦").findings

    assert found.words == "好评返现"


def test_a_benefit_far_from_the_review_is_another_rule_than_one_beside_it() -> None:
    near = wording.check("Five stars please, then a refund.")
    far = wording.check("Five stars please" + " and so on" * 12 + " then a refund.")

    assert near.rules == ("incentive",)
    assert far.rules == ("compensation_and_invitation",)
