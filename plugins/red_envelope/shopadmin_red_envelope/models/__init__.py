"""The plugin's tables. Instants are integer milliseconds UTC, amounts integer minor units.

The triggers that lock them lie in ``triggers/``; SQLite refuses an instant or amount of another type by CHECK, as it
would keep any text in an integer column, and text is larger than every number.
"""

from shopadmin_red_envelope.models.campaigns import (
    RedEnvelopeActivity,
    RedEnvelopeCampaign,
    RedEnvelopeDenomination,
    RedEnvelopeGuard,
    RedEnvelopeSeal,
)
from shopadmin_red_envelope.models.envelopes import (
    RedEnvelope,
    RedEnvelopeAllocation,
    RedEnvelopeHold,
    RedEnvelopeRefund,
    RedEnvelopeRefundLine,
    RedEnvelopeStock,
    RedEnvelopeTransfer,
)
from shopadmin_red_envelope.models.pushes import RedEnvelopePush, RedEnvelopePushBuyer

__all__ = [
    "RedEnvelope",
    "RedEnvelopeActivity",
    "RedEnvelopeAllocation",
    "RedEnvelopeCampaign",
    "RedEnvelopeDenomination",
    "RedEnvelopeGuard",
    "RedEnvelopeHold",
    "RedEnvelopePush",
    "RedEnvelopePushBuyer",
    "RedEnvelopeRefund",
    "RedEnvelopeRefundLine",
    "RedEnvelopeSeal",
    "RedEnvelopeStock",
    "RedEnvelopeTransfer",
]
