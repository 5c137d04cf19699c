"""Triage of reviews beside a plain keyword pass over the same texts with the same phrases, and the inbox of cases."""

import html
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import shopadmin_review_recovery
from flask.testing import FlaskClient
from shopadmin_review_recovery.domain import corrections, words
from shopadmin_review_recovery.domain.corrections import Confirmed, Model
from shopadmin_review_recovery.domain.facts import OrderFacts
from shopadmin_review_recovery.domain.triage import triage
from shopadmin_review_recovery.services import keeping
from sqlalchemy import insert

from bench import databases
from bench.databases import Shop
from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.reviews import Review
from shopadmin.services.transactions import writing

ROUNDS = 3
LEARNT = 5_000
GOAL = 2.0
CASES, OPENED, INBOX_GOAL = 10_000, 9, 1.0
WRITTEN = datetime(2026, 3, 10, 12, tzinfo=UTC)
# What reviews are made of: complaints of every cause, praise, and talk that says nothing.
SENTENCES = {
    "zh": (
        "快递太慢了，等了半个月才到", "盒子压扁了，里面的杯子碎了一地", "发错颜色了，要的黑色给我白色",
        "付了钱才说没货",
        "和图片完全不一样，色差很大", "质量太差，用了两天就坏了", "申请退款一直没人理", "客服态度恶劣，爱答不理",
        "包装很好，物流也快", "给孩子买的生日礼物", "总体一般吧", "颜色挺好看的", "第一次在这家店买东西", "不会再来了",
        "朋友推荐的，有点失望", "价格倒是不贵",
    ),
    "en": (
        "The parcel arrived three weeks late.", "The box was crushed and the glass inside was broken.",
        "They sent me the wrong size.", "They told me it was out of stock after I had paid.",
        "It looks nothing like the picture.", "It stopped working after two days.",
        "I asked for a refund and nobody answered.", "The agent on the chat was rude to me.",
        "Well packed, and it came quickly.", "I bought it for my daughter's birthday.", "It is okay I suppose.",
        "The colour is nice.", "First time I order from this shop.", "I will not buy here again.",
        "A friend told me about it.", "At least it was not expensive.",
    ),
    "pt": (
        "Ainda não recebi o produto, está atrasado.", "A embalagem veio rasgada e a caixa amassada.",
        "Recebi o produto errado.", "Cancelaram porque não tinha em estoque.", "Não é igual à foto do anúncio.",
        "Veio com defeito e parou de funcionar.", "Pedi o reembolso e ninguém responde.", "O atendimento é péssimo.",
        "Bem embalado e entrega rápida.", "Comprei de presente para minha mãe.", "Mais ou menos.", "A cor é bonita.",
        "Primeira compra nesta loja.", "Não compro mais.", "Uma amiga indicou.", "O preço é bom.",
    ),
}  # fmt: skip
STATUSES = ("delivered", "delivered", "delivered", "shipped", "paid", "cancelled", "unavailable", "completed")


def report(count: int) -> str:
    """The section of the document."""
    lines = [
        f"## triage\nTriage of {count:,} reviews (order facts, then words, with every hit and its weight) beside a "
        "plain keyword pass: the same phrases of the text's own language, each looked for in the lower-cased text. In "
        f"one process, medians of {ROUNDS} in turn. With a model: with what a shop learnt "
        f"from {LEARNT:,} confirmed cases as well. Goal: ratio at most {GOAL:g}.\n",
        "| language | reviews a second | keywords alone | ratio | with a model | ratio | goal |",
        "|---|---|---|---|---|---|---|",
    ]
    for language in SENTENCES:
        texts = make_texts(language, count)
        orders = _make_orders(count)
        phrases = _phrases(language)
        model = _learnt(make_texts(language, LEARNT))
        ours, learnt, plain = _in_turn(
            lambda texts=texts, orders=orders: [
                triage(text, order, WRITTEN) for text, order in zip(texts, orders, strict=True)
            ],
            lambda texts=texts, orders=orders, model=model: [
                triage(text, order, WRITTEN, model) for text, order in zip(texts, orders, strict=True)
            ],
            lambda texts=texts, phrases=phrases: [_keywords(text, phrases) for text in texts],
        )
        verdict = "met" if max(ours, learnt) / plain <= GOAL else "missed"
        lines.append(
            f"| {language} | {count / ours:,.0f} | {count / plain:,.0f} | {ours / plain:.2f} "
            f"| {count / learnt:,.0f} | {learnt / plain:.2f} | {verdict} |"
        )
    lines += [
        f"\nThe inbox with {CASES:,} open cases, 50 a page, through the whole stack in process; opening them from "
        f"reviews that are there. Medians of {OPENED} in turn. Goal: at most {INBOX_GOAL:g} s a page.\n",
        "| database | opening all cases, s | inbox, ms | of one person, ms | page 100, ms | goal |",
        "|---|---|---|---|---|---|",
    ]
    for opened in (databases.sqlite_shop, databases.postgresql_shop):
        with opened() as shop:
            lines.append(_inbox(shop))
    return "\n".join(lines) + "\n"


def _inbox(shop: Shop) -> str:
    app = shop.app({"review_recovery": shopadmin_review_recovery})
    with app.app_context():
        owner = testing.make_account(app, is_owner=True)
        texts = make_texts("zh", CASES)
        rows = [
            {"platform": "test", "key": f"R{number}", "stars": 1 + number % 3, "body": text, "inbox_rank": 0,
             "created_at": WRITTEN + timedelta(minutes=number)}
            for number, text in enumerate(texts)
        ]  # fmt: skip
        with writing() as session:
            session.execute(insert(Review), rows)
        started = time.perf_counter()
        keeping.catch_up()
        seconds = time.perf_counter() - started
        db.session.remove()
    client = testing.sign_in(app, owner)
    address = "/admin/review-recovery/cases/"
    pages = [address, f"{address}?person={owner}", _deep(client, address)]
    times = [statistics.median(_page(client, url) for _ in range(OPENED)) for url in pages]
    verdict = "met" if max(times) <= INBOX_GOAL else "missed"
    shown = " | ".join(f"{found * 1000:.0f}" for found in times)
    return f"| {shop.kind} | {seconds:.1f} | {shown} | {verdict} |"


def _page(client: FlaskClient, url: str) -> float:
    started = time.perf_counter()
    assert client.get(url).status_code == 200
    return time.perf_counter() - started


def _deep(client: FlaskClient, url: str) -> str:
    """The address of the hundredth page, reached as people do."""
    for _ in range(99):
        found = re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', client.get(url).text)
        assert found is not None
        url = html.unescape(found[1])
    return url


def make_texts(language: str, count: int) -> list[str]:
    """Reviews of one to four sentences, the same in every run."""
    rng = random.Random(7)
    return [" ".join(rng.choices(SENTENCES[language], k=rng.randint(1, 4))) for _ in range(count)]


def _make_orders(count: int) -> list[OrderFacts]:
    rng = random.Random(8)
    base = OrderFacts(promised_at=WRITTEN - timedelta(days=5), ordered={"a": 1})
    return [
        replace(base, status=rng.choice(STATUSES), delivered_at=WRITTEN + timedelta(days=rng.randint(-9, 3)))
        for _ in range(count)
    ]


def _learnt(texts: Sequence[str]) -> Model:
    """What the words say, taken for what people confirmed, and measured against nothing: it speaks of every text."""
    causes = ((text, triage(text).causes) for text in texts)
    model = corrections.train([Confirmed(text, found[0].code) for text, found in causes if found], lambda _: "")
    assert model is not None
    return model


def _phrases(language: str) -> Sequence[tuple[str, Sequence[str]]]:
    rules = next(rules for rules in words.languages() if rules.name == language)
    found: dict[str, list[str]] = {}
    for phrase in rules.phrases:
        found.setdefault(phrase.cause, []).append(phrase.parts[0].strip())
    return list(found.items())


def _keywords(text: str, phrases: Sequence[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """What anybody would write first."""
    plain = text.lower()
    return {cause: hits for cause, known in phrases if (hits := [word for word in known if word in plain])}


def _in_turn(*measured: Callable[[], object]) -> list[float]:
    """Median seconds of each, A B A B."""
    times: list[list[float]] = [[] for _ in measured]
    for _ in range(ROUNDS):
        for kept, run in zip(times, measured, strict=True):
            started = time.process_time()
            run()
            kept.append(time.process_time() - started)
    return [statistics.median(kept) for kept in times]
