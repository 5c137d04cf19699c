"""One engine's rush, in turn: through the service beside raw SQL, over HTTP beside Django and an empty view."""

import contextlib
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from bench.databases import Shop
from bench.rush import books, buyers, campaigns, claimants, load, raw, servers
from bench.rush.books import Faults, Issued
from bench.rush.runs import Run
from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.services import plugins, schema

# So many times more requests to a view that does nothing: else it is measured for a tenth of a second.
BARE = 3
# Claims that a server has answered before it is measured: what it makes once, such as connections, is made by then.
WARM_UP = 300

Opened = Callable[[], contextlib.AbstractContextManager[Shop]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. Pieces: the stock of one rush; each is repeated ``rounds`` times.

    ``syncs``: how many syncs of the disk there have been, where they are counted.
    """

    clients: tuple[int, ...]
    rounds: int
    service_pieces: int
    http_pieces: int
    rival_pieces: int
    syncs: Callable[[], int] = lambda: 0


@dataclass(slots=True)
class Cell:
    """The rounds of one level and number of clients, and what stood beside them in the same rounds, a second."""

    level: str
    clients: int
    runs: list[Run] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    django: list[float] = field(default_factory=list)
    sold_out: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    syncs: int = 0

    @property
    def per_second(self) -> float:
        """The median of the rounds."""
        return statistics.median(run.per_second for run in self.runs)

    @property
    def limit(self) -> float:
        """The median of what stood beside it: raw SQL for the service, the empty view for HTTP."""
        return statistics.median(self.limits)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios to the limit."""
        return self.against(self.limits)

    def against(self, others: Sequence[float]) -> float:
        """The median of the rounds' ratios to something else."""
        return ratio([run.per_second for run in self.runs], others)

    @property
    def syncs_per_claim(self) -> float:
        """Of the disk, while claims were answered."""
        return self.syncs / sum(len(run.waits) for run in self.runs)

    def percentile(self, part: float) -> float:
        """The median of the rounds' percentiles, milliseconds."""
        return statistics.median(run.percentile(part) for run in self.runs)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of the rounds."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def measure(opened: Opened, plan: Plan) -> list[Cell]:
    """All cells of an engine."""
    with opened() as shop, opened() as rival:
        app, bare = _prepare(shop), _prepare(rival)
        count = plan.rounds * len(plan.clients)
        begun = campaigns.begin(app, [plan.service_pieces] * count + [WARM_UP] + [plan.http_pieces] * count)
        for_service, for_http = iter(begun[:count]), iter(begun[count:])
        for_raw, *others = campaigns.begin(bare, [10_000_000, WARM_UP] + [plan.rival_pieces] * count)
        campaigns.drop_triggers(bare)
        cells = _service(shop, app, rival, plan, for_service, for_raw)
        return [*cells, *_http(shop, app, rival, plan, for_http, iter(others))]


def _prepare(shop: Shop) -> Flask:
    """A migrated shop with all plugins that are installed, as ``shopadmin run`` makes it."""
    app = create_app({"DATA_FOLDER": shop.folder, "DATABASE_URL": shop.url, "DATABASE_MIGRATE_URL": shop.url})
    with app.app_context():
        schema.upgrade()
        plugins.look_again()
        plugins.switch_on_installed()
        db.session.remove()
    return app


def _service(shop: Shop, app: Flask, rival: Shop, plan: Plan, begun: Iterator[int], for_raw: int) -> list[Cell]:
    cells = [Cell("service", clients) for clients in plan.clients]
    with claimants.claimants(shop) as processes:
        for _ in range(plan.rounds):
            limit = raw.limit(rival, for_raw, plan.service_pieces)
            for cell in cells:
                campaign = next(begun)
                before = plan.syncs()
                run = processes.rush(campaign, cell.clients)
                cell.syncs += plan.syncs() - before
                cell.runs.append(run)
                cell.limits.append(limit)
                cell.faults += _judge(app, campaign, run.told)
    return cells


def _http(shop: Shop, app: Flask, rival: Shop, plan: Plan, begun: Iterator[int], others: Iterator[int]) -> list[Cell]:
    cells = [Cell("http", clients) for clients in plan.clients]
    with contextlib.ExitStack() as stack:
        ours, empty, questions, django = (
            stack.enter_context(servers.serving(kind, on))
            for kind, on in (("shop", shop), ("empty", shop), ("questions", shop), ("django", rival))
        )
        plain = [load.post("/", {})] * (BARE * plan.http_pieces)
        asked, crowd = _enough(WARM_UP, max(plan.clients)), max(plan.clients)
        _rush(ours, buyers.of_shop(app, next(begun), asked), crowd)
        _rush(django, buyers.of_django(next(others), asked), crowd)
        for bare in (empty, questions):
            _rush(bare, plain[:asked], crowd)
        for _ in range(plan.rounds):
            for cell in cells:
                campaign, pieces, clients = next(begun), plan.http_pieces, cell.clients
                cell.limits.append(_rush(empty, plain, clients).per_second)
                cell.questions.append(_rush(questions, plain, clients).per_second)
                asked = _enough(pieces, clients)
                requests, before = buyers.of_shop(app, campaign, asked), plan.syncs()
                run = _rush(ours, requests, clients, buyers.names(asked))
                cell.syncs += plan.syncs() - before
                cell.runs.append(run)
                cell.faults += _judge(app, campaign, run.told)
                late = buyers.of_shop(app, campaign, pieces, "late")
                cell.sold_out.append(_refused(ours, late, clients).per_second)
                other = next(others)
                cell.django.append(
                    _rush(django, buyers.of_django(other, _enough(plan.rival_pieces, clients)), clients).per_second
                )
    return cells


def _enough(pieces: int, clients: int) -> int:
    """So many requests that every client is told that nothing is left, though some buyers ask twice."""
    return int(pieces * 1.06) + clients + buyers.AGAIN_EVERY


def _rush(port: int, requests: Sequence[bytes], clients: int, names: Sequence[str] = ()) -> Run:
    """``names``: whom each request is for, where the answers are to be judged."""
    answers = load.send(port, requests, clients, is_last=_is_sold_out)
    won = [answer for answer in answers if answer.status == 201]
    began = min(answer.began for answer in answers)
    if any(answer.status not in (201, 409) for answer in answers):
        raise RuntimeError(f"unexpected answers: {sorted({answer.status for answer in answers})}")
    return Run(
        told=[Issued(f"bench:{names[answer.number]}", json.loads(answer.body)["id"]) for answer in won if names],
        waits=[answer.ended - answer.began for answer in won],
        seconds=max(answer.ended for answer in won) - began,
    )


def _refused(port: int, requests: Sequence[bytes], clients: int) -> Run:
    """How fast a campaign that is sold out says so."""
    answers = load.send(port, requests, clients, is_last=lambda _answer: False)
    if not all(map(_is_sold_out, answers)):
        raise RuntimeError("a campaign that is sold out said something else")
    return Run(
        [answer.ended - answer.began for answer in answers],
        max(answer.ended for answer in answers) - min(answer.began for answer in answers),
    )


def _is_sold_out(answer: load.Answer) -> bool:
    return answer.status == 409 and b'"sold_out"' in answer.body


def _judge(app: Flask, campaign: int, told: Sequence[Issued]) -> Faults:
    with app.app_context():
        session: Any = db.session()
        faults = books.read(session.connection(), campaign, told)
        db.session.remove()
    return faults
