"""Values that cross the door between core and plugins: frozen, typed, no ORM row among them.

Times are aware UTC, amounts minor units with an ISO currency. Texts a person reads may be lazy translations.
"""

from shopadmin.contract.buyers import BuyersChanged, BuyerSnapshot
from shopadmin.contract.complaints import ComplaintDecided, ComplaintRequest, ComplaintSnapshot, ComplaintState
from shopadmin.contract.evidence import EvidenceOrigin, EvidenceSnapshot
from shopadmin.contract.ids import AccountId, BuyerId, OrderId, ReviewId
from shopadmin.contract.imports import ImportFormat, ReadContext, Row
from shopadmin.contract.incidents import IncidentRecorded, IncidentReport
from shopadmin.contract.messages import (
    Delivery,
    MessageChannel,
    MessageRequest,
    MessageSnapshot,
    MessageState,
    OutgoingMessage,
    SendResult,
    StaffMessage,
)
from shopadmin.contract.orders import OrderChange, OrderChanged, OrderFacts, OrderSnapshot
from shopadmin.contract.pages import Action, Badge, MenuItem, Panel, SearchHit, Tile, Tone
from shopadmin.contract.plugins import API_VERSION, AuditMessage, DemoShop, JobKind, Manifest, PeriodicJob, Problem
from shopadmin.contract.reviews import ReviewChanged, ReviewDossier, ReviewMark, ReviewsChanged, ReviewSnapshot
from shopadmin.contract.rights import Actor, Level, Permission
from shopadmin.contract.text import Text
from shopadmin.domain.standing import BuyerIdentifier, Standing, StandingLevel, StandingQuery

__all__ = [
    "API_VERSION",
    "AccountId",
    "Action",
    "Actor",
    "AuditMessage",
    "Badge",
    "BuyerId",
    "BuyerIdentifier",
    "BuyerSnapshot",
    "BuyersChanged",
    "ComplaintDecided",
    "ComplaintRequest",
    "ComplaintSnapshot",
    "ComplaintState",
    "Delivery",
    "DemoShop",
    "EvidenceOrigin",
    "EvidenceSnapshot",
    "ImportFormat",
    "IncidentRecorded",
    "IncidentReport",
    "JobKind",
    "Level",
    "Manifest",
    "MenuItem",
    "MessageChannel",
    "MessageRequest",
    "MessageSnapshot",
    "MessageState",
    "OrderChange",
    "OrderChanged",
    "OrderFacts",
    "OrderId",
    "OrderSnapshot",
    "OutgoingMessage",
    "Panel",
    "PeriodicJob",
    "Permission",
    "Problem",
    "ReadContext",
    "ReviewChanged",
    "ReviewDossier",
    "ReviewId",
    "ReviewMark",
    "ReviewSnapshot",
    "ReviewsChanged",
    "Row",
    "SearchHit",
    "SendResult",
    "StaffMessage",
    "Standing",
    "StandingLevel",
    "StandingQuery",
    "Text",
    "Tile",
    "Tone",
]
