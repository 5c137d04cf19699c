"""Claims through the service: processes with a thread for each client, run until the stock is gone.

Each process is this file. Its first line of input is the shop's configuration, every further line a round; it answers
a round with one line of JSON.
"""

import contextlib
import hashlib
import itertools
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from bench.databases import Shop
from bench.rush.books import Issued
from bench.rush.runs import Run

# As ``shopadmin run`` serves a shop.
PROCESSES = 1
# Every so many claims a buyer asks again, in whichever process.
AGAIN_EVERY = 20


class Claimants:
    """Processes that claim, on a shop."""

    def __init__(self, shop: Shop) -> None:
        config = {"DATABASE_URL": shop.url, "DATABASE_MIGRATE_URL": shop.url, "DATA_FOLDER": str(shop.folder)}
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.rush.claimants"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(PROCESSES)
        ]  # fmt: skip
        for process in self._processes:
            self._tell(process, config)
        for process in self._processes:
            self._read(process)

    def rush(self, campaign: int, clients: int) -> Run:
        """Let so many clients, spread over the processes, take the campaign's whole stock."""
        start = time.time() + 0.3
        for number, process in enumerate(self._processes):
            self._tell(process, {
                "campaign": campaign, "clients": clients // PROCESSES, "number": number, "start": start,
            })  # fmt: skip
        found = [self._read(process) for process in self._processes]
        claims = [claim for each in found for claim in each["claims"]]
        return Run(
            told=[Issued(buyer, envelope) for buyer, envelope, _began, _ended in claims],
            waits=[ended - began for _buyer, _envelope, began, ended in claims],
            seconds=max(ended for *_rest, ended in claims) - start,
            cpu=sum(each["cpu"] for each in found),
        )

    @staticmethod
    def _tell(process: "subprocess.Popen[str]", what: Any) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(what) + "\n")
        process.stdin.flush()

    @staticmethod
    def _read(process: "subprocess.Popen[str]") -> Any:
        assert process.stdout is not None
        return json.loads(process.stdout.readline())

    def end(self) -> None:
        """Be sure that they are gone, in the middle of a rush as well."""
        for process in self._processes:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def claimants(shop: Shop) -> Iterator[Claimants]:
    """The processes of a shop."""
    made = Claimants(shop)
    try:
        yield made
    finally:
        made.end()


def _work() -> None:
    """The process's own side."""
    from shopadmin.app import create_app
    from shopadmin.services import plugins

    app = create_app(json.loads(sys.stdin.readline()))
    with app.app_context():
        plugins.look_again()  # as the start of a server does
    print("{}", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        claims: list[tuple[str, int, float, float]] = []
        numbers = itertools.count()
        threads = [
            threading.Thread(target=_claim, args=(app, order, numbers, claims), daemon=True)
            for _ in range(order["clients"])
        ]
        before = _cpu()
        time.sleep(max(0.0, order["start"] - time.time()))
        for thread in threads:
            thread.start()
        for thread in threads:
            _join(thread)
        print(json.dumps({"claims": claims, "cpu": _cpu() - before}), flush=True)


def _join(thread: threading.Thread) -> None:
    """Wait for a client, but not for one that nobody asks any more: a rush would go on behind the back of all."""
    asked_by = os.getppid()
    while thread.is_alive():
        thread.join(1)
        if os.getppid() != asked_by:
            os._exit(1)


def _claim(app: Any, order: Any, numbers: Iterator[int], claims: list[tuple[str, int, float, float]]) -> None:
    """One client: claims for one buyer after the other until nothing is left."""
    from shopadmin_red_envelope.services.claiming import Call, claim

    from shopadmin.api_contract import ApiKey, ApiRendered

    campaign, own = order["campaign"], order["number"]
    for number in numbers:
        asks_again = number % AGAIN_EVERY == AGAIN_EVERY - 1
        other = (own + 1) % PROCESSES
        buyer = f"bench:{other}-{number - AGAIN_EVERY // 2}" if asks_again else f"bench:{own}-{number}"
        name = f"{campaign} {buyer} {asks_again}".encode()
        key = ApiKey(hashlib.sha256(name).digest(), hashlib.sha256(b"claim" + name).digest())
        began = time.time()
        with app.app_context():
            outcome = claim(campaign, buyer, call=Call(key, _render(ApiRendered)))
        if outcome.refusal is None:
            claims.append((buyer, outcome.envelope_id or 0, began, time.time()))
        elif outcome.refusal != "already_claimed":
            return  # sold out, or over: nothing further is to be had


def _render(rendered: Any) -> Any:
    """An answer as long as the API's own."""

    def render(outcome: Any) -> Any:
        body = {"id": outcome.envelope_id, "refusal": outcome.refusal, "text": "x" * 330}
        return rendered(201, json.dumps(body).encode(), f"/api/v1/red-envelope/wallet/{outcome.envelope_id}")

    return render


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    _work()
