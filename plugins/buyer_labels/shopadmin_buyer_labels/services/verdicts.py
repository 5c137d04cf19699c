"""How many labels were wrong: objections were right, platforms rejected complaints, the shop took labels back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from sqlalchemy import case, exists, func, or_, select, true

from shopadmin.plugin_api import db
from shopadmin_buyer_labels.models import Appeal, Label, Outcome
from shopadmin_buyer_labels.services.reports import Span, within


@dataclass(frozen=True, slots=True)
class Judged:
    """Labels that were approved, and what became of them; one may be objected to, rejected and corrected at once.

    ``objected``, ``upheld``: by objections that were decided, and for the buyer; ``sent``, ``confirmed``, ``rejected``:
    by complaints that a platform decided last; ``wrong``: anything that says so, each label once.
    """

    labels: int = 0
    objected: int = 0
    upheld: int = 0
    sent: int = 0
    confirmed: int = 0
    rejected: int = 0
    corrected: int = 0
    revoked: int = 0
    wrong: int = 0

    def __add__(self, other: "Judged") -> "Judged":
        """Both together."""
        return Judged(*(getattr(self, name) + getattr(other, name) for name in _JUDGED))


_JUDGED = tuple(Judged.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Labels by what they say, and by who proposed them (None: the program)."""

    by_code: Mapping[str, Judged]
    by_author: Mapping[int | None, Judged]

    @property
    def total(self) -> Judged:
        """All of them."""
        return reduce(Judged.__add__, self.by_code.values(), Judged())


def verdicts(span: Span) -> Verdicts:
    """How many of the labels that were approved in the range were wrong, as far as anybody found out by now."""
    outcome = (
        select(Outcome.outcome).where(Outcome.label_id == Label.id).order_by(Outcome.id.desc()).limit(1)
        .correlate(Label).scalar_subquery()
    )  # fmt: skip
    decided = exists().where(Appeal.label_id == Label.id, Appeal.decided_at.is_not(None))
    upheld = exists().where(Appeal.label_id == Label.id, Appeal.outcome == "upheld")
    label = (
        select(
            Label.code, Label.created_by, decided.label("objected"), upheld.label("upheld"), outcome.label("outcome"),
            Label.corrected_at, Label.revoked_at,
        )
        .where(*within(Label.reviewed_at, span.months))
        .subquery("judged")
    ).c  # fmt: skip
    is_corrected, is_revoked = label.corrected_at.is_not(None), label.revoked_at.is_not(None)
    is_rejected = func.coalesce(label.outcome, "") == "rejected"
    # In the order of the fields.
    counted = (
        true(), label.objected, label.upheld, label.outcome.is_not(None), label.outcome.in_(("upheld", "partly")),
        is_rejected, is_corrected, is_revoked, or_(label.upheld, is_rejected, is_corrected, is_revoked),
    )  # fmt: skip
    query = select(
        label.code, label.created_by, *(func.sum(case((condition, 1), else_=0)) for condition in counted)
    ).group_by(label.code, label.created_by)
    by_code: dict[str, Judged] = defaultdict(Judged)
    by_author: dict[int | None, Judged] = defaultdict(Judged)
    for code, author, *numbers in db.session().execute(query):
        found = Judged(*(int(number) for number in numbers))
        by_code[code] += found
        by_author[author] += found
    return Verdicts(by_code, by_author)
