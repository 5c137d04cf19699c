"""What nobody is known by (G16): pickup points, lockers, forwarders, dormitories, hotels, and what many people use.

Role and disposable mailboxes are told by the core's reading of an address; the shop's own contacts and what its people
add are rows. Here are the words by which an address says that it is no home.
"""

import re
from typing import Literal

Cause = Literal["pickup", "locker", "forwarder", "dormitory", "hotel", "shared", "own"]
OWN: Cause = "own"
CAUSES: tuple[Cause, ...] = ("pickup", "locker", "forwarder", "dormitory", "hotel", "shared", "own")
# As many buyers with the same key are no person: an office, a campus gate, a forwarder's phone.
MANY = 40
# Phones end in one of so many ways: in a large shop many share an end by chance.
_ENDS = 10_000

_WORDS: tuple[tuple[Cause, str], ...] = (
    ("pickup", r"驿站|自提|代收|代取|代领|收发室|快递站|快递点|妈妈驿|服务站|便利店|小卖部|门卫|传达室|前台"
               r"|pick ?-?up|parcel ?shop|post ?office|postfiliale|poste restante|c/o|reception|front desk"),
    ("locker", r"丰巢|快递柜|智能柜|自提柜|储物柜|云柜|速递易|e栈|locker|packstation|paczkomat|parcel box"),
    ("forwarder", r"转运|集运|货代|仓库|仓储|物流园|保税|freight|forward(?:er|ing)|warehouse|fulfil+ment|depot"),
    ("dormitory", r"宿舍|公寓\d*号?学生|学生公寓|寝室|(?:大学|学院).{0,8}(?:舍|斋)|校区|职工楼|员工楼"
                  r"|dorm|hall of residence|halls|student (?:house|residence|accommodation)|barracks"),
    ("hotel", r"酒店|宾馆|旅馆|旅社|民宿|招待所|客栈|青旅|饭店|hotel|hostel|motel|\binn\b|guest ?house|airbnb|b&b"),
)  # fmt: skip
_PATTERNS = tuple((cause, re.compile(words, re.I)) for cause, words in _WORDS)


def too_many(kind: str, buyers: int) -> int:
    """From how many buyers on, in a shop with ``buyers`` of them, a key of the kind is no person's: for the ends of
    phones beyond twice what chance gives, as then it is one phone, of an office or a forwarder.
    """
    return MANY + (2 * buyers // _ENDS if kind == "tail" else 0)


def cause_of_address(text: str) -> Cause | None:
    """Why nobody lives at an address, as written; None where nothing speaks against it."""
    return next((cause for cause, pattern in _PATTERNS if pattern.search(text)), None)
