"""What the gate promises, told once more without a line of it: in plain minutes, over all that happened."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shopadmin.domain.contact import Contact

HOURS = {"call": ((540, 720), (840, 1230)), "other": ((510, 1260),)}


def faults(
    went: Sequence[Contact], zones: Sequence[ZoneInfo], consents: Collection[str], noes: Sequence[tuple[datetime, str]]
) -> set[str]:
    """Which rules are broken. ``went``: in the order of time; ``noes``: when the buyer said no, and how."""
    found = _after_no(went, noes) | _caps(went, zones) | _once(went)
    for contact in went:
        found |= _hours(contact, zones)
        if {"compensation", "invitation"} <= set(contact.blocks):
            found.add("money beside the invitation")
        needed = "marketing" if contact.purpose == "marketing" else "invitation"
        is_by_message = needed == "marketing" or ("invitation" in contact.blocks and contact.medium != "call")
        if is_by_message and needed not in consents:
            found.add("no consent")
    return found


def _hours(contact: Contact, zones: Sequence[ZoneInfo]) -> set[str]:
    for zone in zones:
        local = contact.at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if not any(begin <= minute < end for begin, end in HOURS.get(contact.medium, HOURS["other"])):
            return {"quiet hours"}
    return set()


def _after_no(went: Sequence[Contact], noes: Sequence[tuple[datetime, str]]) -> set[str]:
    if not noes:
        return set()
    late = [one for one in went if one.at > noes[0][0] and one.basis != "statutory"]
    firm = min((at for at, why in noes if why != "refused"), default=None)
    farewells = [one for one in late if one.basis == "farewell" and (firm is None or one.at <= firm)]
    return {"contact after a no"} if len(late) > len(farewells) or len(farewells) > 1 else set()


def _caps(went: Sequence[Contact], zones: Sequence[ZoneInfo]) -> set[str]:
    found = set()
    counted = [one for one in went if one.basis not in ("request", "statutory")]
    for number, last in enumerate(counted):
        before = counted[: number + 1]
        if sum(one.at > last.at - timedelta(days=30) for one in before) > 3:
            found.add("four contacts in 30 days")
        if sum(one.purpose == "marketing" and one.at > last.at - timedelta(days=7) for one in before) > 1:
            found.add("two advertisements in a week")
    for case in {one.case for one in counted if one.case}:
        calls = [one for one in counted if one.medium == "call" and one.case == case]
        if len(calls) > 2 or sum(one.medium == "text" and one.case == case for one in counted) > 2:
            found.add("three calls or texts")
        if len(calls) == 2:
            first, second = calls
            days = [{call.at.astimezone(zone).date() for call in calls} for zone in zones]
            if second.at - first.at < timedelta(hours=4) or any(len(found_on) == 1 for found_on in days):
                found.add("calls too close")
            if first.is_connected:
                found.add("call after one that was answered")
    return found


def _once(went: Sequence[Contact]) -> set[str]:
    invited = Counter(one.review for one in went if "invitation" in one.blocks)
    asked = Counter((one.case, one.medium == "call") for one in went if one.basis == "request")
    return {
        *(["two invitations"] if max(invited.values(), default=0) > 1 else []),
        *(["two appointments"] if max(asked.values(), default=0) > 1 else []),
        *(["two farewells"] if sum(one.basis == "farewell" for one in went) > 1 else []),
    }
