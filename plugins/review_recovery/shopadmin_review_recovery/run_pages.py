"""What a page shows of a run: what is said now, with the facts filled in, what may be chosen, and the way so far."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_currency, get_locale
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, shop_settings, to_decimal
from shopadmin_review_recovery import labels, reply_labels, reply_panels, script_labels
from shopadmin_review_recovery.domain import causes, spoken, templates
from shopadmin_review_recovery.domain.appointments import WINDOWS
from shopadmin_review_recovery.domain.scripts import walking
from shopadmin_review_recovery.domain.scripts.graph import Edge, Node, Script, Texts
from shopadmin_review_recovery.models import ReviewCase, ReviewScriptRun, ReviewScriptStep
from shopadmin_review_recovery.services import compensations, follow_ups, run_inputs, run_records, run_values, scripts

_GAP = re.compile(r"(\{\{[^{}]*\}\})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. ``is_gap``: the value is not known."""

    text: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A run for a page. ``number``: of the step that is looked at, which the next step must name.

    ``ring_at``: when the gate lets a call through that it holds now, aware UTC, for a call to be planned.
    """

    run: ReviewScriptRun
    number: int
    node: Node | None
    purpose: str
    coaching: str
    said: tuple[Piece, ...]
    sent: tuple[Piece, ...]
    buttons: tuple[tuple[str, Any], ...]
    lasting: tuple[tuple[str, Any], ...]
    inputs: tuple[dict[str, Any], ...]
    given: tuple[dict[str, Any], ...]
    remarks: tuple[Any, ...]
    ring_at: datetime | None
    path: tuple[dict[str, Any], ...]
    ended: Any


def reader_language() -> str:
    """The language of whoever reads the page, as far as scripts have it."""
    return "zh" if str(get_locale()).startswith("zh") else "en"


def shown(run: ReviewScriptRun, case: ReviewCase, actor: Actor, now: datetime) -> Shown:
    """The run as it stands."""
    taken = run_records.steps(run.id)
    script = scripts.script_of(scripts.version(run.script_version_id))
    at = run_records.position(run, taken)
    node = script.by_name[at.node] if at.exit is None else None
    typed = run_records.typed(taken)
    known = run_values.values(actor, case, run.language, typed, now)
    choices = walking.choices(script, node) if node else ()
    own = {edge.on for edge in node.edges} if node else set()
    return Shown(
        run=run,
        number=len(taken) - 1,
        node=node,
        purpose=_text(node.purpose) if node else "",
        coaching=_text(node.coaching) if node else "",
        said=_pieces(spoken.rendered(node.say.get(run.language, ""), run.language, known)) if node else (),
        sent=_pieces(templates.render(node.send.get(run.language, ""), known).text) if node else (),
        buttons=tuple((edge.on, _label(edge)) for edge in choices if edge.on in own),
        lasting=tuple((edge.on, script_labels.ANYWHERE[edge.on]) for edge in choices if edge.on not in own),
        inputs=tuple(_input(name, node, typed, case, now) for name in run_inputs.asked(script, node)) if node else (),
        given=tuple(_given(taken)),
        remarks=(
            *script_labels.remarks(taken[-1].remarks),
            *([typed.get(run_inputs.WINDOW, "")] if at.exit == "booked" else []),
        ),
        ring_at=_ring_at(case, taken, now) if at.exit == "queue" else None,
        path=tuple(_path(script, taken)),
        ended=script_labels.EXITS[at.exit] if at.exit else None,
    )


def _given(taken: Sequence[ReviewScriptStep]) -> Sequence[dict[str, Any]]:
    """What was promised or asked for on the way, as it stands now."""
    numbers = [step.remarks["compensation"] for step in taken if "compensation" in step.remarks]
    return [reply_panels.compensation_row(compensations.find(number)) for number in numbers]


def _text(texts: Texts) -> str:
    return texts.get(reader_language(), "")


def _pieces(text: str) -> tuple[Piece, ...]:
    return tuple(
        Piece(str(script_labels.fact(part.strip("{} "))), True) if _GAP.fullmatch(part) else Piece(part, False)
        for part in _GAP.split(text)
        if part
    )


def _ring_at(case: ReviewCase, taken: Sequence[ReviewScriptStep], now: datetime) -> datetime | None:
    """The minute from which a held call may be made; None where nobody knows it, and where a call is planned."""
    until = taken[-1].remarks.get("until")
    at = datetime.fromisoformat(until) if until else now
    is_planned = any(row.kind == "call" and row.done_at is None for row in follow_ups.of_case(case.id))
    if at <= now or is_planned:
        return None
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == at else minute + timedelta(minutes=1)


def _label(edge: Edge) -> Any:
    return _text(edge.label) or _("Go on")


def _input(name: str, node: Node, typed: Mapping[str, str], case: ReviewCase, now: datetime) -> dict[str, Any]:
    """A field: its value, what it offers, a word of help. ``none``: what choosing nothing means."""
    field: dict[str, Any] = {
        "name": name, "label": script_labels.INPUTS[name], "value": typed.get(name, ""), "choices": (), "type": "text",
        "none": _("Choose"), "help": "", "is_long": name == "note",
        "longest": templates.REGISTRY[name].longest if name in templates.REGISTRY else run_inputs.LONGEST_NOTE,
    }  # fmt: skip
    if name == "cause.code":
        field["choices"] = [(code, labels.CAUSES[code]) for code in causes.CODES]
        # What was chosen while the buyer told it is not asked again: it stands there, to be changed.
        field["is_known"] = bool(field["value"])
        field["value"] = field["value"] or case.cause or ""
    elif name == run_inputs.KIND:
        field |= {"choices": tuple(reply_labels.KINDS.items()), "none": _("Nothing that costs money"), "value": ""}
    elif name == run_inputs.AMOUNT:
        field |= {"help": _limit(case), "value": ""}
    elif name in (run_inputs.DAY, run_inputs.HOUR):
        field |= _booking(name, node, case, now)
    return field


def _limit(case: ReviewCase) -> Any:
    """In which currency, and up to where nobody has to decide."""
    currency, alone = compensations.currency_of(case), compensations.alone_up_to(case)
    if not alone:
        return _("In %(currency)s. The owner decides about every amount.", currency=currency)
    limit = format_currency(to_decimal(alone, shop_settings().currency), shop_settings().currency)
    return _(
        "In %(currency)s. Without asking you may give up to %(limit)s, but no coupon or gift.",
        currency=currency,
        limit=limit,
    )


def _booking(name: str, node: Node, case: ReviewCase, now: datetime) -> dict[str, Any]:
    """A day and an hour that fit; where the answer itself names the window the hour may stay empty."""
    on = next(edge.on for edge in node.edges if edge.to == "booked")
    agreed = run_inputs.proposal(case, on, now)
    if agreed is None:
        return {"type": "date" if name == run_inputs.DAY else "time"}
    clock = run_inputs.clock_of(case)
    begins = agreed.begins.astimezone(clock)
    if name == run_inputs.DAY:
        return {"type": "date", "value": begins.date().isoformat()}
    is_open = on in WINDOWS
    help_text = _("Calls from 9 to 12 and from 14 to 20:30 (%(clock)s).", clock=clock.key)
    if is_open:
        help_text = _("Empty for the whole of the time that the buyer chooses (%(clock)s).", clock=clock.key)
    return {"type": "time", "value": "" if is_open else f"{begins:%H:%M}", "help": help_text}


def _path(script: Script, taken: Sequence[ReviewScriptStep]) -> Sequence[dict[str, Any]]:
    """Each step with its time, what led to it, and what a guard or a message had to say."""
    found, before = [], ""
    for step in taken:
        node, source = script.by_name.get(step.node), script.by_name.get(before)
        edge = source.edge(step.outcome) if source else None
        outcome = _text(edge.label) if edge and edge.label else script_labels.outcome(step.outcome)
        title = _text(node.purpose) if node else script_labels.EXITS[step.ended]
        found.append(
            {"at": step.at, "title": title, "name": step.node, "outcome": outcome,
             "remarks": list(script_labels.remarks(step.remarks))}
        )  # fmt: skip
        before = step.node
    return found
