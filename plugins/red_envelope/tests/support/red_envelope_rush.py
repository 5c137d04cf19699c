"""A claim rush over several processes, and what must be true of it afterwards.

Each process is this file, run with a shop's configuration as JSON in its first line of input; every further line is a
round: a campaign and, for each client, the buyers it asks for, one after the other. It writes down what was asked
before asking, and what was answered after.
"""

import json
import random
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask


@dataclass
class Rush:
    """What was asked and answered: by buyer, the refusals and envelopes that were told."""

    asked: set[str] = field(default_factory=set)
    answers: dict[str, list[tuple[str | None, int | None]]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Take in a line of a process."""
        kind, _, rest = line.partition(" ")
        if kind == "asked":
            self.asked.add(rest)
        elif kind == "answered":
            buyer, refusal, envelope = json.loads(rest)
            self.answers[buyer].append((refusal, envelope))
        elif kind == "failed":
            self.errors.append(rest)

    def winners(self) -> dict[str, int]:
        """Who was told to have an envelope, and which."""
        return {
            buyer: envelope
            for buyer, told in self.answers.items()
            for _refusal, envelope in told
            if envelope is not None
        }


class Storefront:
    """One process that claims."""

    def __init__(self, shop: Flask) -> None:
        # As the tables' owner: what the core's tables grant is not what is tried here.
        url = shop.config["DATABASE_MIGRATE_URL"]
        config = {"DATABASE_URL": url, "DATABASE_MIGRATE_URL": url, "SECRET_KEY": shop.config["SECRET_KEY"]}
        config["DATA_FOLDER"] = str(shop.config["DATA_FOLDER"])
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.tell(config)
        assert self.line() == "ready"

    def tell(self, what: Any) -> None:
        """Write a line of JSON to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        """Its next line; empty when it is gone."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def end(self) -> None:
        """Be sure that it is gone."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def storefronts(shop: Flask, processes: int) -> Iterator[list[Storefront]]:
    """So many processes on the shop."""
    made: list[Storefront] = []
    try:
        for _ in range(processes):
            made.append(Storefront(shop))
        yield made
    finally:
        for storefront in made:
            storefront.end()


def claim_rush(
    fronts: Sequence[Storefront],
    campaign: int,
    clients: int,
    buyers: int,
    seed: int,
    kill_after: int | None = None,
    together: bool = False,
) -> Rush:
    """Let the clients, spread over the processes, ask for every buyer about twice, in an order of the seed's.

    ``kill_after``: end the first process, without warning, after so many answers of its own. ``together``: those of a
    process run on one thread.
    """
    chance = random.Random(seed)
    wanted = [f"test:b{number}" for number in range(buyers)] * 2
    chance.shuffle(wanted)
    shares = [wanted[at::clients] for at in range(clients)]
    rush, mutex = Rush(), threading.Lock()
    for at, front in enumerate(fronts):
        front.tell([campaign, shares[at :: len(fronts)], together])

    def follow(front: Storefront, limit: int | None) -> None:
        answered = 0
        while (line := front.line()) not in ("", "done"):
            with mutex:
                rush.read(line)
            answered += line.startswith("answered")
            if answered == limit:
                front.process.kill()
                limit = None

    followers = [
        threading.Thread(target=follow, args=(front, kill_after if at == 0 else None))
        for at, front in enumerate(fronts)
    ]
    for follower in followers:
        follower.start()
    for follower in followers:
        follower.join(120)
        assert not follower.is_alive(), "a process does not answer"
    return rush


def _work() -> None:
    """The process's own side."""
    import shopadmin_red_envelope
    from shopadmin_red_envelope.services import claiming

    from shopadmin.app import create_app
    from shopadmin.cooperative import run_together
    from shopadmin.plugin_api import db

    settings = json.loads(sys.stdin.readline())
    settings |= {"DATA_FOLDER": Path(settings["DATA_FOLDER"]), "TESTING": True}
    app = create_app(settings, plugins={"red_envelope": shopadmin_red_envelope})
    mutex = threading.Lock()

    def say(line: str) -> None:
        with mutex:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def client(campaign: int, buyers: list[str]) -> None:
        with app.app_context():
            for buyer in buyers:
                say(f"asked {buyer}")
                try:
                    outcome = claiming.claim(campaign, buyer)
                except Exception as error:
                    say(f"failed {buyer} {error!r}")
                else:
                    say(f"answered {json.dumps([buyer, outcome.refusal, outcome.envelope_id])}")
                finally:
                    db.session.remove()

    say("ready")
    for line in sys.stdin:
        campaign, shares, together = json.loads(line)
        clients = [partial(client, campaign, buyers) for buyers in shares]
        if together:
            clients = [partial(run_together, clients)]
        threads = [threading.Thread(target=each) for each in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        say("done")


if __name__ == "__main__":
    _work()
