"""What may be granted: setting up is the owner's, and whoever the owner trusts with it (R13)."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, ForbiddenError, Permission

READ = "red_envelope.campaign:read"
CREATE = "red_envelope.campaign:create"
AMOUNT = "red_envelope.campaign:amount"
WITHDRAW = "red_envelope.campaign:withdraw"
PUSH = "red_envelope.campaign:push"
REPORT = "red_envelope.campaign:report"
TABLE = "red_envelope.denomination:update"

PERMISSIONS = (
    Permission(READ, _("See red envelope campaigns")),
    Permission(
        CREATE,
        _("Set up red envelope campaigns"),
        _("Activities, drafts and schedules: a scheduled campaign gives money away."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        AMOUNT, _("Change the amount of scheduled campaigns"), _("Until the start."), sensitive=True, implies=(READ,)
    ),
    Permission(WITHDRAW, _("Withdraw scheduled campaigns"), _("Until the start, and for good."), implies=(READ,)),
    Permission(
        PUSH,
        _("Send campaigns to past buyers"),
        _("Their text, who is told and who is kept back, the start and the end of sending."),
        sensitive=True,
        implies=(READ,),
    ),
    Permission(
        REPORT,
        _("See what campaigns may cost and what they did"),
        _("The simulator and reports: they tell how much the shop sells."),
        implies=(READ,),
    ),
    Permission(TABLE, _("Change which amounts a category allows"), level="owner_only"),
)


def require(actor: Actor | None, point: str) -> None:
    """Raise ForbiddenError unless the actor holds the point; None is the shell and the worker."""
    if actor is not None and not actor.can(point):
        raise ForbiddenError(point)


def may_know_buyers(actor: Actor | None) -> bool:
    """Whether the actor may be told how many buyers the shop has: it is what the reports are guarded for."""
    return actor is None or actor.can(REPORT)
