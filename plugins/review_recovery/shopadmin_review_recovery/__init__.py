"""Review recovery: Guided work on bad reviews: find the cause, put it right, answer."""

from collections.abc import Mapping, Sequence

from click import Command
from flask_babel import lazy_gettext as _
from wtforms import Form

from shopadmin.plugin_api import (
    API_VERSION,
    Action,
    Actor,
    AdminView,
    AuditMessage,
    Badge,
    BuyerId,
    ComplaintDecided,
    DemoShop,
    IncidentRecorded,
    JobKind,
    Manifest,
    MessageSnapshot,
    OrderChanged,
    Panel,
    PeriodicJob,
    Permission,
    Problem,
    ReviewChanged,
    ReviewId,
    ReviewsChanged,
    ReviewSnapshot,
    SearchHit,
    Tile,
    hookimpl,
)
from shopadmin_review_recovery import (
    activity_log,
    answer_views,
    cli,
    compensation_views,
    core_pages,
    evidence_views,
    listening,
    models,
    permissions,
    prevention_views,
    reply_views,
    report_views,
    run_views,
    script_log,
    script_views,
    views,
    word_labels,
)
from shopadmin_review_recovery.services import (
    alerts,
    complaints,
    demo,
    evidence_demo,
    incidents,
    integrity,
    learning,
    notices,
    privacy,
    reply_demo,
    scripts,
)

__all__ = ["models"]

__version__ = "0.1.0"


@hookimpl
def shopadmin_manifest() -> Manifest:
    """Say who this is."""
    return Manifest(
        name="review_recovery",
        title=_("Review recovery"),
        version=__version__,
        api_version=API_VERSION,
        summary=_("Guided work on bad reviews: find the cause, put it right, answer"),
    )


@hookimpl
def shopadmin_permissions() -> Sequence[Permission]:
    """Read and work on cases, publish scripts, decide about compensation, take evidence out."""
    return permissions.PERMISSIONS


@hookimpl
def shopadmin_cli_commands() -> Sequence[Command]:
    """``shopadmin review-recovery …``."""
    return list(cli.review_recovery.commands.values())


@hookimpl
def shopadmin_audit_messages() -> Sequence[AuditMessage]:
    """What was done to cases, scripts and in calls."""
    return (*activity_log.MESSAGES, *script_log.MESSAGES)


@hookimpl
def shopadmin_integrity_problems() -> Sequence[Problem]:
    """Cases without a timeline, clocks that do not fit their states, published scripts that were changed."""
    return [*integrity.problems(), *scripts.problems()]


@hookimpl
def shopadmin_setup_problems() -> Sequence[Problem]:
    """Rule files of words that are not as they should be, and are left out."""
    return word_labels.problems()


@hookimpl
def shopadmin_periodic_jobs() -> Sequence[PeriodicJob]:
    """Open what was missed, reckon anew, warn, close; learn; open tasks; tell buyers of parcels, the owner of news."""
    return [
        PeriodicJob("review_recovery.clock", 60, listening.keep_time),
        PeriodicJob("review_recovery.catch_up", 300, listening.catch_up),
        PeriodicJob("review_recovery.learn", 300, listening.learn),
        PeriodicJob("review_recovery.prevent", 300, listening.prevent),
        PeriodicJob("review_recovery.notices", 900, notices.send_due),
        PeriodicJob("review_recovery.alerts", 60, alerts.tell),
        PeriodicJob("review_recovery.purge", 86_400, listening.purge),
    ]


@hookimpl
def shopadmin_job_kinds() -> Sequence[JobKind]:
    """Train what triage learns, when somebody asks for it."""
    return [JobKind(learning.JOB, learning.train)]


@hookimpl
def shopadmin_settings_form() -> type[Form]:
    """From how many stars on a case opens, and business hours."""
    return core_pages.SettingsForm


@hookimpl
def shopadmin_reviews_changed(event: ReviewsChanged) -> None:
    """Open cases for what an import brought, and follow what it changed."""
    listening.reviews_changed(event)


@hookimpl
def shopadmin_review_changed(event: ReviewChanged) -> None:
    """The buyer has an answer: the first target is met."""
    listening.review_answered(event)


@hookimpl
def shopadmin_order_changed(event: OrderChanged) -> None:
    """Look again at the cases of the order."""
    listening.order_changed(event)


@hookimpl
def shopadmin_complaint_decided(event: ComplaintDecided) -> None:
    """Bring the case on that the complaint was opened for."""
    complaints.decided(event)


@hookimpl
def shopadmin_incident_recorded(event: IncidentRecorded) -> None:
    """Show it on the cases of its order or buyer."""
    incidents.heard(event)


@hookimpl
def shopadmin_check_message(message: MessageSnapshot) -> Sequence[Problem]:
    """No buyer hears of a suspicion."""
    return listening.message_problems(message)


@hookimpl
def shopadmin_erase_buyer(buyer_id: BuyerId) -> None:
    """Forget what people wrote about the buyer."""
    privacy.erase_buyer(buyer_id)


@hookimpl
def shopadmin_dashboard_tiles(actor: Actor) -> Sequence[Tile]:
    """What is new for the owner, what is overdue, what waits for a decision, and what is to be prevented."""
    if not actor.can(permissions.READ):
        return []
    cases = [*core_pages.alert_tiles(actor), *core_pages.tiles(), *core_pages.decision_tiles(actor)]
    return [*cases, *core_pages.prevention_tiles()]


@hookimpl
def shopadmin_search(query: str, actor: Actor) -> Sequence[SearchHit]:
    """Cases by number."""
    return core_pages.hits(query) if actor.can(permissions.READ) else []


@hookimpl
def shopadmin_review_badges(reviews: Sequence[ReviewSnapshot]) -> Mapping[ReviewId, Sequence[Badge]]:
    """The state of each review's case."""
    return core_pages.review_badges(reviews)


@hookimpl
def shopadmin_review_actions(review: ReviewSnapshot) -> Sequence[Action]:
    """The way to an answer to its buyer."""
    return core_pages.review_actions(review)


@hookimpl
def shopadmin_review_panels(review: ReviewSnapshot, actor: Actor) -> Sequence[Panel]:
    """The review's case."""
    return core_pages.review_panels(review) if actor.can(permissions.READ) else []


@hookimpl
def shopadmin_demo_data(shop: DemoShop) -> None:
    """Cases of the demo's bad reviews in every state, answers, compensation, a demand for money."""
    demo.load(shop)
    reply_demo.load(shop)
    evidence_demo.load(shop)


@hookimpl
def shopadmin_admin_views() -> Sequence[AdminView]:
    """The inbox of cases, scripts and calls by them, quick replies and answers, compensation, reports, prevention."""
    return [
        views.CasesView(),
        script_views.ScriptsView(),
        run_views.RunsView(),
        reply_views.RepliesView(),
        answer_views.AnswersView(),
        compensation_views.CompensationsView(),
        evidence_views.EvidenceView(),
        report_views.ReportsView(),
        prevention_views.PreventionView(),
    ]
