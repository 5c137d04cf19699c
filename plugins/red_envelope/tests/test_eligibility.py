"""May this envelope pay for this order: the shared cases, each reason alone, their order, and how much is missing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from red_envelope_vectors import vectors
from shopadmin_red_envelope.domain.allocation import split
from shopadmin_red_envelope.domain.baskets import NOTICE_TOOLS, Line, Tool
from shopadmin_red_envelope.domain.eligibility import REASONS, Basket, Envelope, Verdict, eligibility

VECTORS = vectors("eligibility")
START, NOW, END = 100, 500, 1000
ENVELOPE = Envelope(1000, "shop-1", "buyer-1", START, END)
BASKET = Basket("shop-1", "buyer-1", [Line("L01", 5000)], order="order-1")
AMOUNT_REASONS = REASONS[-4:]


def asked(envelope: dict[str, Any] | None = None, now: int = NOW, **basket: Any) -> Verdict:
    """The verdict on the plain envelope and basket with these changes."""
    return eligibility(replace(ENVELOPE, **envelope or {}), replace(BASKET, **basket), now)


def tools(*kinds: str, amount: int = 500) -> list[Tool]:
    return [Tool(kind, amount) for kind in kinds]


@pytest.mark.parametrize("name", VECTORS)
def test_the_shared_cases_come_out_as_written(name: str) -> None:
    case, context = VECTORS[name], VECTORS[name]["context"]
    envelope = Envelope(
        case["discount"], context["envelope_shop"], context["owner"], context["use_from"], context["use_to"],
        context["threshold"], context["amount_basis"] == "after_order_discounts", context["state"], context["held_by"],
    )  # fmt: skip
    basket = Basket(
        context["shop"], context["buyer"],
        [Line(line["key"], line["amount"], type=line["type"]) for line in case["lines"]],
        [Tool(**tool) for tool in context["tools"]], context["order"], context["other_envelopes"],
    )  # fmt: skip

    found = eligibility(envelope, basket, context["now"])

    assert {
        "usable": found.usable,
        "reasons": list(found.reasons),
        "missing": found.missing,
        "payable_goods": found.payable_goods,
    } == case["expected"]


def test_the_reasons_stand_in_the_documented_order() -> None:
    assert REASONS == (
        "wrong_shop", "not_owner", "not_started", "expired", "already_used", "held_by_other_order", "second_envelope",
        "conflicts_with_coupon", "tool_not_listed", "no_goods", "goods_not_above_envelope", "below_threshold",
        "remainder_not_above_envelope",
    )  # fmt: skip


def test_r5_only_in_the_issuing_shop_and_on_all_its_goods() -> None:
    assert asked({"shop": "shop-2"}).reasons == ("wrong_shop",)
    many = [Line(f"L{at:02}", 101) for at in range(10)]
    assert asked(lines=many).payable_goods == 10


def test_r6_d1_without_a_threshold_the_goods_must_be_above_the_envelope() -> None:
    verdicts = {goods: asked(lines=[Line("L01", goods)]) for goods in (1, 999, 1000, 1001)}

    assert {goods: found.reasons for goods, found in verdicts.items()} == {
        1: ("goods_not_above_envelope",), 999: ("goods_not_above_envelope",), 1000: ("goods_not_above_envelope",),
        1001: (),
    }  # fmt: skip
    assert [found.missing for found in verdicts.values()] == [1000, 2, 1, None]
    assert verdicts[1001].payable_goods == 1


def test_r6_d1_with_a_threshold_the_goods_must_reach_it() -> None:
    verdicts = [asked({"threshold": 5000}, lines=[Line("L01", goods)]) for goods in (4999, 5000)]

    assert [(found.reasons, found.missing) for found in verdicts] == [(("below_threshold",), 1), ((), None)]


def test_r6_d2_the_goods_are_taken_before_order_discounts_unless_the_campaign_says_after() -> None:
    for threshold, reason, missing in ((None, "goods_not_above_envelope", 501), (4800, "below_threshold", 4300)):
        terms = {"threshold": threshold, "after_order_discounts": True}
        less = tools("store_full_reduction", amount=4500)
        found = asked(terms, tools=less)
        assert (found.reasons, found.missing) == ((reason,), missing)
        # Without that, only what is left to pay speaks against it.
        assert asked({"threshold": threshold}, tools=less).reasons == ("remainder_not_above_envelope",)


def test_r6_d3_what_order_discounts_leave_must_be_above_the_envelope_too() -> None:
    verdicts = [asked(tools=tools("store_full_discount", amount=amount)) for amount in (3999, 4000, 4001, 9000)]

    assert [(found.reasons, found.missing, found.payable_goods) for found in verdicts] == [
        ((), None, 1),
        (("remainder_not_above_envelope",), 1, None),
        (("remainder_not_above_envelope",), 2, None),
        (("remainder_not_above_envelope",), 1001, None),
    ]


def test_r7_freight_and_fees_neither_count_nor_receive_a_share() -> None:
    more = [Line("L02", 9000, type="freight"), Line("L03", 9000, type="service_fee")]

    assert asked(lines=[Line("L01", 1000), *more]).reasons == ("goods_not_above_envelope",)
    found = asked(lines=[Line("L01", 1001), *more])
    assert (found.payable_goods, [part.share for part in found.splits]) == (1, [1000, 0, 0])
    assert asked(lines=more).reasons == ("no_goods",)


@pytest.mark.parametrize("kind", sorted(NOTICE_TOOLS.discounts))
def test_r8_store_discounts_combine_and_are_taken_off_first(kind: str) -> None:
    assert asked(tools=tools(kind)).payable_goods == 3500
    assert asked(tools=tools(kind, kind)).payable_goods == 3000


@pytest.mark.parametrize("kind", sorted(NOTICE_TOOLS.tenders))
def test_r8_d6_tenders_combine_and_change_no_amount(kind: str) -> None:
    assert asked(tools=tools(kind, amount=4999)) == asked()


def test_r8_r12_the_lists_of_the_notice() -> None:
    assert set(NOTICE_TOOLS.discounts) == {"store_full_reduction", "store_full_discount"}
    assert set(NOTICE_TOOLS.tenders) == {"gold_coins", "jifenbao", "alipay_cash_envelope"}
    assert set(NOTICE_TOOLS.refused) == {"product_coupon", "store_coupon"}


def test_r9_one_envelope_to_an_order() -> None:
    assert asked(other_envelopes=1).reasons == ("second_envelope",)
    assert asked(other_envelopes=2).reasons == ("second_envelope",)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=8), st.integers(1, 9000), st.integers(0, 9000))
def test_r10_an_envelope_is_used_whole_or_not_at_all(amounts: list[int], envelope: int, discounts: int) -> None:
    lines = [Line(f"L{at:02}", amount) for at, amount in enumerate(amounts)]

    found = asked({"amount": envelope}, lines=lines, tools=tools("store_full_reduction", amount=discounts))

    assert sum(part.share for part in found.splits) == (envelope if found.usable else 0)
    if found.usable:
        assert found.splits == split(discounts, envelope, lines)
        assert found.payable_goods == sum(amounts) - discounts - envelope > 0


def test_r11_nobody_but_the_buyer_who_collected_it_uses_it() -> None:
    assert asked(buyer="buyer-2").reasons == ("not_owner",)


@pytest.mark.parametrize("kind", sorted(NOTICE_TOOLS.refused))
def test_r12_coupons_do_not_combine_and_their_amount_says_nothing(kind: str) -> None:
    assert asked(tools=tools(kind, amount=4999)) == Verdict(("conflicts_with_coupon",))


def test_r12_a_tool_in_no_list_waits_for_the_owner() -> None:
    basket = replace(BASKET, tools=tools("member_price", amount=4999))

    assert eligibility(ENVELOPE, basket, NOW) == Verdict(("tool_not_listed",))
    more = replace(NOTICE_TOOLS, tenders=NOTICE_TOOLS.tenders | {"member_price"})
    assert eligibility(ENVELOPE, basket, NOW, more).payable_goods == 4000
    more = replace(NOTICE_TOOLS, discounts=NOTICE_TOOLS.discounts | {"member_price"})
    assert eligibility(ENVELOPE, basket, NOW, more).reasons == ("remainder_not_above_envelope",)
    more = replace(NOTICE_TOOLS, refused=NOTICE_TOOLS.refused | {"member_price"})
    assert eligibility(ENVELOPE, basket, NOW, more).reasons == ("conflicts_with_coupon",)


def test_r15_the_use_window_is_half_open() -> None:
    instants = (START - 1, START, START + 1, END - 1, END, END + 1)

    assert [asked(now=now).reasons for now in instants] == [
        ("not_started",), (), (), (), ("expired",), ("expired",),
    ]  # fmt: skip
    assert asked({"state": "expired"}).reasons == ("expired",)
    assert asked({"state": "expired"}, now=END).reasons == ("expired",)


def test_an_envelope_is_used_once() -> None:
    assert asked({"state": "redeemed"}).reasons == ("already_used",)
    assert asked({"state": "forfeited"}).reasons == ("already_used",)


def test_a_hold_blocks_every_order_but_its_own() -> None:
    assert asked({"state": "held", "held_by": "order-1"}).usable
    assert asked({"state": "held", "held_by": "order-2"}).reasons == ("held_by_other_order",)
    # A quote has no order yet, and a hold without an order is nobody's own.
    assert asked({"state": "held", "held_by": "order-1"}, order=None).reasons == ("held_by_other_order",)
    assert asked({"state": "held", "held_by": None}, order=None).reasons == ("held_by_other_order",)
    assert asked({"state": "available", "held_by": "order-2"}).usable


def test_everything_that_is_wrong_is_said_at_once_and_in_order() -> None:
    found = asked(
        {"shop": "shop-2", "owner": "buyer-2", "use_from": 600, "use_to": 500, "state": "redeemed"},
        lines=[Line("L01", 1)],
        tools=tools("member_price", "store_coupon"),
        other_envelopes=1,
    )

    assert found.reasons == (
        "wrong_shop", "not_owner", "not_started", "expired", "already_used", "second_envelope",
        "conflicts_with_coupon", "tool_not_listed", "goods_not_above_envelope",
    )  # fmt: skip
    assert (found.missing, found.payable_goods, found.splits) == (1000, None, ())


@st.composite
def questions(draw: st.DrawFn) -> tuple[Envelope, Basket, int]:
    kinds = ["store_full_reduction", "store_full_discount", "gold_coins", "product_coupon", "member_price"]
    types = ["goods", "goods", "goods", "freight"]
    envelope = Envelope(
        draw(st.integers(1, 30)),
        draw(st.sampled_from(["shop-1", "shop-1", "shop-2"])),
        draw(st.sampled_from(["buyer-1", "buyer-1", "buyer-2"])),
        START,
        END,
        draw(st.none() | st.integers(1, 40)),
        draw(st.booleans()),
        draw(st.sampled_from(["available", "available", "held", "redeemed", "forfeited", "expired"])),
        draw(st.sampled_from(["order-1", "order-2", None])),
    )
    lines = [
        Line(f"L{at}", draw(st.integers(0, 30)), type=draw(st.sampled_from(types)))
        for at in range(draw(st.integers(0, 3)))
    ]
    chosen = [Tool(draw(st.sampled_from(kinds)), draw(st.integers(0, 30))) for _ in range(draw(st.integers(0, 2)))]
    return envelope, replace(BASKET, lines=lines, tools=chosen), draw(st.sampled_from([START - 1, NOW, NOW, END]))


@given(questions())
def test_a_verdict_is_whole(question: tuple[Envelope, Basket, int]) -> None:
    found = eligibility(*question)

    assert list(found.reasons) == sorted(set(found.reasons), key=REASONS.index)
    amount_reasons = [reason for reason in found.reasons if reason in AMOUNT_REASONS]
    assert len(amount_reasons) <= 1
    assert (found.missing is not None) == (amount_reasons not in ([], ["no_goods"]))
    assert found.usable == (found.payable_goods is not None) == bool(found.splits)


@given(questions())
def test_missing_is_the_least_amount_that_answers_its_reason(question: tuple[Envelope, Basket, int]) -> None:
    envelope, basket, now = question
    found = eligibility(*question)
    if found.missing is None:
        return
    reason = found.reasons[-1]

    def with_more(goods: int) -> tuple[str, ...]:
        return eligibility(envelope, replace(basket, lines=[*basket.lines, Line("more", goods)]), now).reasons

    assert found.missing > 0
    # A discount above the goods would eat part of what is added; the buyer is told what would have to remain.
    eaten = max(0, _discounts(basket) - sum(line.goods_amount for line in basket.lines))
    eaten = eaten if envelope.after_order_discounts or reason == "remainder_not_above_envelope" else 0
    assert reason not in with_more(found.missing + eaten)
    assert reason in with_more(found.missing + eaten - 1)


def _discounts(basket: Basket) -> int:
    return sum(tool.amount for tool in basket.tools if tool.kind in NOTICE_TOOLS.discounts)
