# ruff: noqa: S608 - every name in these statements is our own
"""The groups of a push stay as they were drawn once it is on its way. Frozen with revision 0005.

From the start on nobody is added, taken away or moved between those who are told and those who are kept back: what
the report compares would not be what chance drew. Who waits may come to have been asked; a buyer who is forgotten
loses the reference.
"""

from shopadmin_red_envelope.triggers.making import CHANGE, TRUNCATE, Revision, abort_where, raise_if
from shopadmin_red_envelope.triggers.texts import PREFIX

_PUSH, _BUYER = f"{PREFIX}push", f"{PREFIX}push_buyer"
_MESSAGE = "red_envelope:push_locked: the push was started: its text, its draw and its groups stay"
_KEPT = (
    "channel", "subject", "text", "holdout_percent", "seed", "cursor", "past_buyers", "no_consent", "do_not_contact",
    "excluded", "no_address", "forecast_rate", "forecast", "drawn_at", "started_at",
)  # fmt: skip
_MOVES = "new.state in ('asked', 'denied', 'failed') and old.state = 'waiting' and new.ref = old.ref"


def _started(push_id: str) -> str:
    return f"exists (select 1 from {_PUSH} p where p.id = {push_id} and p.started_at is not null)"


def _moved(names: tuple[str, ...], differs: str) -> str:
    return " or ".join(f"new.{name} {differs} old.{name}" for name in names)


def _push_changes(differs: str) -> str:
    """A push that is not started is its author's; it starts once, from its draw; then it ends, and nothing else."""
    begins = "old.started_at is null and new.started_at is not null"
    return (
        f"{_moved(('id', 'campaign_id'), differs)} or ({begins} and (old.state <> 'drawn' or new.state <> 'sending')) "
        f"or (old.started_at is not null and (old.state <> 'sending' or {_moved(_KEPT, differs)}))"
    )


def _buyer_changes(differs: str) -> str:
    forgets = f"new.ref = '' and not ({_moved(('state', 'reason', 'asked_at'), differs)})"
    return (
        f"{_moved(('push_id', 'buyer_id'), differs)} or ({_started('old.push_id')} and not (({_MOVES}) or ({forgets})))"
    )


_SQLITE = {
    "push_insert": (f"before insert on {_PUSH}", [
        abort_where(_MESSAGE, f"new.started_at is not null or exists (select 1 from {_PUSH} p where "
                              "(p.id = new.id or p.campaign_id = new.campaign_id) and p.started_at is not null)"),
    ]),
    "push_update": (f"before update on {_PUSH}", [abort_where(_MESSAGE, _push_changes("is not"))]),
    "push_delete": (f"before delete on {_PUSH}", [abort_where(_MESSAGE, "old.started_at is not null")]),
    "push_buyer_insert": (f"before insert on {_BUYER}", [abort_where(_MESSAGE, _started("new.push_id"))]),
    "push_buyer_update": (f"before update on {_BUYER}", [abort_where(_MESSAGE, _buyer_changes("is not"))]),
    "push_buyer_delete": (f"before delete on {_BUYER}", [abort_where(_MESSAGE, _started("old.push_id"))]),
}  # fmt: skip
_BODIES = {
    "push_changes": [
        "  if tg_op = 'DELETE' then",
        raise_if(_MESSAGE, "old.started_at is not null"),
        "    return old;",
        "  elsif tg_op = 'INSERT' then",
        raise_if(_MESSAGE, "new.started_at is not null"),
        "  else",
        raise_if(_MESSAGE, _push_changes("is distinct from")),
        "  end if;",
        "  return new;",
    ],
    "push_buyer_changes": [
        "  if tg_op = 'DELETE' then",
        raise_if(_MESSAGE, _started("old.push_id")),
        "    return old;",
        "  elsif tg_op = 'INSERT' then",
        raise_if(_MESSAGE, _started("new.push_id")),
        "  else",
        raise_if(_MESSAGE, _buyer_changes("is distinct from")),
        "  end if;",
        "  return new;",
    ],
    "push_truncate": [raise_if(_MESSAGE, f"exists (select 1 from {_PUSH} where started_at is not null)"),
                      "  return null;"],
}  # fmt: skip
REVISION = Revision(
    _SQLITE,
    _BODIES,
    {
        "push_change": ("push", "push_changes", CHANGE),
        "push_buyer_change": ("push_buyer", "push_buyer_changes", CHANGE),
        "push_stays": ("push", "push_truncate", TRUNCATE),
        "push_buyer_stays": ("push_buyer", "push_truncate", TRUNCATE),
    },
)
