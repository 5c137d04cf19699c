"""What a shop gains by confirming causes: a simulated one, whose figures stand in the README."""

import random
from functools import partial

from shopadmin_review_recovery.domain import triage
from shopadmin_review_recovery.domain.corrections import Confirmed, Model, train

# Half of the buyers say it in words that everybody uses, half in sixty of the shop's own for each cause, the commonest
# far more often than the rest. Those are signs by chance, so that no rule can know them.
EVERYBODYS = {
    "quality": ("质量太差", "质量很差劲"), "logistics": ("快递太慢了", "物流太慢"),
    "packaging": ("包装压坏了", "包装破损"), "staff_service": ("客服态度差", "客服很敷衍"),
}  # fmt: skip
SHARES = (4, 3, 2, 2)
NOISE = ("第一次买", "给妈妈的", "算了", "不推荐", "周末拆的", "朋友介绍")
# One confirmed cause in twenty is wrong.
SLIPS = 0.05
_CHANCE = random.Random(0)
_SIGNS = [chr(0x4E00 + number) for number in range(400)]
OWN = {cause: ["".join(_CHANCE.choices(_SIGNS, k=4)) for _number in range(60)] for cause in EVERYBODYS}
OFTEN = [1 / place for place in range(1, 61)]
UNSEEN = 300


def reviews(count: int, seed: int) -> list[tuple[str, str]]:
    """Texts with what they are about."""
    chance = random.Random(seed)
    found = []
    for cause in chance.choices(tuple(EVERYBODYS), SHARES, k=count):
        said = chance.choice(EVERYBODYS[cause]) if chance.random() < 0.5 else chance.choices(OWN[cause], OFTEN)[0]
        parts = [said, chance.choice(NOISE), chance.choice(NOISE)]
        chance.shuffle(parts)
        found.append(("，".join(parts), cause))
    return found


def confirmed(count: int) -> list[Confirmed]:
    """The shop's corrections, with slips."""
    chance = random.Random(count)
    return [
        Confirmed(text, cause if chance.random() > SLIPS else chance.choice(tuple(EVERYBODYS)))
        for text, cause in reviews(count, seed=1)
    ]


def best(text: str, model: Model | None = None) -> str:
    causes = triage.triage(text, own=model).causes
    return causes[0].code if causes else ""


def right(model: Model | None) -> int:
    """How many of the unseen reviews are put to the right cause."""
    return sum(best(text, model) == cause for text, cause in reviews(UNSEEN, seed=99))


def test_the_more_a_shop_confirmed_the_more_it_understands() -> None:
    by_words = right(None)
    models = {count: train(confirmed(count), partial(best)) for count in (199, 200, 400, 1200)}
    found = {count: right(model) for count, model in models.items()}

    # Rules alone, and below two hundred cases; then every cause that somebody confirmed helps.
    assert (by_words, models[199], found[199]) == (160, None, 160)
    assert all(model is not None and model.is_on for count, model in models.items() if count >= 200)
    assert (found[200], found[400], found[1200]) == (220, 233, 268)
