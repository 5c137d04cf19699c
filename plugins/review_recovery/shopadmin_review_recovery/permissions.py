"""What may be granted: reading and working on cases is for staff, what costs money or leaves the shop is asked for."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, ForbiddenError, Permission

READ = "review_recovery.case:read"
REPLY = "review_recovery.case:reply"
PUBLISH = "review_recovery.script:publish"
APPROVE = "review_recovery.compensation:approve"
EDIT_REPLIES = "review_recovery.quick_reply:edit"
EXPORT = "review_recovery.evidence:export"
AUTHORITY = "review_recovery.evidence:authority"
TRAIN = "review_recovery.learning:train"
# Nobody is granted this: it is the owner's (G10).
SUSPECT = "review_recovery.suspicion:set"

PERMISSIONS = (
    Permission(READ, _("See the cases of bad reviews")),
    Permission(
        REPLY,
        _("Work on the cases of bad reviews"),
        _("Assign them, confirm causes, move them on and close them."),
        implies=(READ,),
    ),
    Permission(
        PUBLISH,
        _("Publish call scripts"),
        _("What is published is said to buyers in the shop's name."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        APPROVE,
        _("Decide about compensation"),
        _("It costs the shop money."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        EDIT_REPLIES,
        _("Edit quick replies"),
        _("What stands there goes to buyers in the shop's name."),
        implies=(READ,),
    ),
    Permission(
        TRAIN,
        _("Train what the shop learns from confirmed causes"),
        _("It proposes causes to everybody; a person confirms them."),
        implies=(READ,),
    ),
    Permission(
        EXPORT,
        _("Take evidence packs out of the shop"),
        _("They hold chats and orders of buyers."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        AUTHORITY,
        _("Keep evidence as a decision of a court or authority (E4)"),
        _("It weighs most, also against a buyer. Without it somebody keeps evidence up to E3."),
        sensitive=True,
        implies=(REPLY, READ),
    ),
)


def require(actor: Actor | None, point: str) -> None:
    """Raise ForbiddenError unless the actor holds the point; None is the shell and the worker."""
    if actor is not None and not actor.can(point):
        raise ForbiddenError(point)
