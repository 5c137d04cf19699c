"""What may be granted: seeing, proposing, reviewing and deciding about objections are four things (G18)."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, ForbiddenError, Permission

READ = "buyer_labels.label:read"
PROPOSE = "buyer_labels.label:propose"
REVIEW = "buyer_labels.label:review"
DECIDE_APPEAL = "buyer_labels.label:decide_appeal"
READ_RULES = "buyer_labels.rule:read"
UPDATE_RULES = "buyer_labels.rule:update"
RELEASE = "buyer_labels.hold:release"
MERGE = "buyer_labels.person:merge"
EXPORT = "buyer_labels.dossier:export"
REPORT = "buyer_labels.report:read"
# The core's: who may say that evidence is a decision of a court or authority (E4), wherever it is kept.
AUTHORITY = "core.evidence:authority"

PERMISSIONS = (
    Permission(READ, _("See labels of buyers"), _("Each look at a label is written down.")),
    Permission(
        PROPOSE,
        _("Propose labels of buyers"),
        _("Write drafts, attach evidence, put them to review. A draft is worth a note or a flag at the most."),
        implies=(READ,),
    ),
    Permission(
        REVIEW,
        _("Review labels of buyers"),
        _("Approve what somebody else proposed, send notices, pause and take back labels."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        DECIDE_APPEAL,
        _("Decide about objections of buyers"),
        _("Never about a label that one proposed or reviewed."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(READ_RULES, _("See the rules for labelled buyers"), implies=(READ,)),
    Permission(
        UPDATE_RULES,
        _("Change the rules for labelled buyers"),
        _("They decide what an order of a labelled buyer leads to."),
        sensitive=True,
        implies=(READ_RULES,),
    ),
    Permission(RELEASE, _("Decide about held orders"), _("Release them, or ask the buyer first."), implies=(READ,)),
    Permission(
        MERGE,
        _("Say which buyers are one person"),
        _("Their labels count together then."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        EXPORT,
        _("Take out all that is held on a buyer"),
        _("It holds labels, orders and messages, with phones and addresses in full."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(REPORT, _("See reports on labels"), implies=(READ,)),
)


def require(actor: Actor | None, point: str) -> None:
    """Raise ForbiddenError unless the actor holds the point; None is the shell and the worker."""
    if actor is not None and not actor.can(point):
        raise ForbiddenError(point)
