"""``shopadmin red-envelope allocate``, ``refund-preview`` and ``eligible``: the rules for programs, without a shop."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from shopadmin.plugin_api import ShopFreeCommand
from shopadmin_red_envelope.cases import answers, json_lines
from shopadmin_red_envelope.cases.fields import Fields

_EXITS = (
    "Reads one JSON object a line from standard input and prints one line each: id with result, or id with error."
    " Amounts are minor units (fen), instants milliseconds UTC. Exit 0: all are answered; 3: a line was bad."
)


def _command(name: str, help_text: str, answer: Callable[[Fields], Any]) -> click.Command:
    @click.command(name, cls=ShopFreeCommand, help=f"{help_text}\n\n{_EXITS}")
    @click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: the answers are JSON anyway.")
    @click.pass_context
    def command(ctx: click.Context) -> None:
        is_bad = False
        for line in json_lines.answers(sys.stdin.buffer, answer):
            click.echo(json.dumps(line))
            is_bad = is_bad or "error" in line
        ctx.exit(3 if is_bad else 0)

    return command


COMMANDS = (
    _command(
        "allocate",
        "Spread a discount over lines. Fields: id, lines (key, amount, eligible), discount, kind"
        " (allocate, apportion, capped, eligible).",
        answers.allocation,
    ),
    _command(
        "refund-preview",
        "Say what refunds give. Fields: id, lines (key, amount, qty, type), discount,"
        " context (receipt_confirmed_at, use_to), steps (all or units, started_at, completed_at).",
        answers.refund_preview,
    ),
    _command(
        "eligible",
        "Say whether an envelope may pay for an order, and why not, by the tools that the notice lists. Fields: id,"
        " lines (key, amount, type), discount,"
        " context (threshold, amount_basis, tools, now, use_from, use_to, shop, envelope_shop, buyer, owner, state,"
        " held_by, order, other_envelopes).",
        answers.eligible,
    ),
)
