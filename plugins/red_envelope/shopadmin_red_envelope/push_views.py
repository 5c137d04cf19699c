# mypy: disable-error-code="no-untyped-call"
"""The push of a campaign: its text, who would be told and who not, the draw, and how far sending has got."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AdminView, MissingError, attempt, db, shop_settings, wording_remarks
from shopadmin_red_envelope import form_pages, labels, messages, permissions, push_table
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.models import RedEnvelopePush
from shopadmin_red_envelope.push_forms import LANGUAGES, PushForm, suggested
from shopadmin_red_envelope.services import campaigns, changing, push_lists, pushes, sealing
from shopadmin_red_envelope.services.pushes import Groups


class PushesView(AdminView):
    """The list, and a page for each campaign. Buttons show what the rule allows; the server asks it again."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.PUSH,
        "page_view": permissions.PUSH,
        "progress_view": permissions.PUSH,
        "text_view": permissions.PUSH,
        "draw_view": permissions.PUSH,
        "send_view": permissions.PUSH,
        "stop_view": permissions.PUSH,
    }

    def __init__(self) -> None:
        super().__init__(name=_("Pushes"), endpoint="red_envelope_pushes", url="/admin/red-envelope/pushes")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All pushes, the latest first."""
        empty = (_("No pushes yet"), _("A scheduled campaign's page leads to its push."))
        found = push_lists.latest()
        return push_table.render(self, found, _("State"), _("Sent from"), lambda push: push.started_at, empty)

    @expose("/<row_id>")
    def page_view(self, row_id: str) -> ResponseReturnValue:
        """One campaign's push."""
        return self._page(form_pages.row_id(row_id)), 200

    @expose("/<row_id>/progress")
    def progress_view(self, row_id: str) -> ResponseReturnValue:
        """How far the worker is, for the page that watches it."""
        push = pushes.of_campaign(form_pages.row_id(row_id))
        if push is None:
            abort(404)
        return str(
            self.render("shopadmin_red_envelope/push_progress.html", job=_job(push, pushes.groups(push.id)))
        ), 200

    @expose("/<row_id>/text", methods=["GET", "POST"])
    def text_view(self, row_id: str) -> ResponseReturnValue:
        """Write the text, or change it; at first with a suggestion, ``?language=`` chooses in which language."""
        campaign_id = form_pages.row_id(row_id)
        row, push = _find(campaign_id), pushes.of_campaign(campaign_id)
        if request.method == "GET" and (refusal := _refusal(campaign_id, push, "edit")):
            return self._page(campaign_id, str(messages.problem(refusal).message)), 409
        form = PushForm(**(_in_form(push) if push else asdict(suggested(row, _language()))))

        def save() -> str:
            pushes.save(self.actor, campaign_id, form.letter(), form_pages.version())
            return url_for(".page_view", row_id=campaign_id)

        def stored() -> form_pages.Stored:
            found = pushes.of_campaign(campaign_id)
            shown = _in_form(found) if found else {}
            return form_pages.Stored(PushForm(formdata=None, **shown), _text_url(campaign_id, found))

        form_url = _text_url(campaign_id, push) if request.method == "GET" else ""
        back = {"back_url": url_for(".page_view", row_id=campaign_id), "back_text": _("Push")}
        return form_pages.answer(self, form, save, stored, title=row.title, form_url=form_url, is_lasting=False, **back)

    @expose("/<row_id>/draw", methods=["POST"])
    def draw_view(self, row_id: str) -> ResponseReturnValue:
        """Count the audience and draw the groups."""
        return self._act(row_id, pushes.draw, _("The audience is being counted and the groups are drawn."))

    @expose("/<row_id>/send", methods=["POST"])
    def send_view(self, row_id: str) -> ResponseReturnValue:
        """Send it."""
        return self._act(row_id, pushes.send, _("The push is on its way."))

    @expose("/<row_id>/stop", methods=["POST"])
    def stop_view(self, row_id: str) -> ResponseReturnValue:
        """Send no more of it, or give the draw up."""
        return self._act(row_id, pushes.stop, _("Stopped. Nobody else is told."))

    def _act(self, row_id: str, act: Callable[[Any, int, int], None], done: Any) -> ResponseReturnValue:
        campaign_id, version = form_pages.row_id(row_id), form_pages.version()
        status = attempt(lambda: act(self.actor, campaign_id, version), done)
        if status == 200:
            return redirect(url_for(".page_view", row_id=campaign_id))
        return self._page(campaign_id), status

    def _page(self, campaign_id: int, refused: str = "") -> str:
        row, push = _find(campaign_id), pushes.of_campaign(campaign_id)
        groups = pushes.groups(push.id) if push else Groups()
        may = {action: _refusal(campaign_id, push, action) is None for action in rules.ACTIONS}
        closed = pushes.refusal(db.session(), campaign_id, changing.now())
        channel = pushes.channels().get(push.channel) if push else None
        return str(
            self.render(
                "shopadmin_red_envelope/push.html",
                row=row,
                push=push,
                mark=labels.push_badge(push.state) if push else None,
                refused=refused,
                closed=messages.problem(closed).message if closed and (push is None or not push.finished_at) else "",
                ended=messages.problem(push.ended_by).message if push and push.ended_by else "",
                may=may,
                groups=groups,
                audience=_audience(push, groups) if push and push.drawn_at else [],
                denied=[(labels.push_reason(why), count, "neutral") for why, count in push_lists.reasons(push)],
                job=_job(push, groups) if push and push.state in ("drawing", "sending") else None,
                remarks=_remarks(push) if push and may["edit"] else [],
                channel=channel.title if channel else (push.channel if push else ""),
                drawn=push and push.drawn_at and to_datetime(push.drawn_at),
                text_urls=_suggestions(campaign_id) if push is None else [(_("Change"), _text_url(campaign_id, push))],
                mode=row.mode,
                report_url=url_for("red_envelope_push_reports.page_view", row_id=campaign_id)
                if push and push.started_at and self.actor.can(permissions.REPORT)
                else "",
                back_url=url_for("red_envelope_campaigns.details_view", row_id=campaign_id),
                back_text=row.title,
            )
        )


def _find(campaign_id: int) -> Any:
    sealing.seal_due()
    try:
        return campaigns.find(campaign_id)
    except MissingError:
        abort(404)


def _refusal(campaign_id: int, push: RedEnvelopePush | None, action: rules.Action) -> rules.Refusal | None:
    state: rules.State = push.state if push else "draft"  # type: ignore[assignment]
    if found := rules.may(state, action):
        return found
    if action == "stop":
        return None
    if push is None and action != "edit":
        return "push_not_drawn"
    return pushes.refusal(db.session(), campaign_id, changing.now())


def _language() -> str:
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else ("zh" if str(get_locale()).startswith("zh") else "en")


def _suggestions(campaign_id: int) -> list[tuple[Any, str]]:
    """The shop's own language first: the page shows the first one as what most will want."""
    words = {"en": _("Write in English"), "zh": _("Write in Chinese")}
    own = shop_settings().language
    return [
        (words[language], url_for(".text_view", row_id=campaign_id, version=0, language=language))
        for language in sorted(words, key=lambda language: (language != own, language))
    ]


def _text_url(campaign_id: int, push: RedEnvelopePush | None) -> str:
    return url_for(".text_view", row_id=campaign_id, version=push.version if push else 0)


def _in_form(push: RedEnvelopePush) -> dict[str, Any]:
    return {name: getattr(push, name) for name in pushes.Letter.__dataclass_fields__}


def _remarks(push: RedEnvelopePush) -> list[Any]:
    return [*wording_remarks(push.subject, "campaign"), *wording_remarks(push.text, "campaign")]


def _audience(push: RedEnvelopePush, groups: Groups) -> list[tuple[Any, int, str]]:
    """Who bought before, and where they are: for ui.counts()."""
    left = [(labels.PUSH_LEFT[reason], getattr(push, reason), "neutral") for reason in rules.LEFT]
    return [
        (_("Bought before"), push.past_buyers, "info"),
        (_("Get the message"), groups.pushed, "ok"),
        (_("Kept back for comparison"), groups.holdout, "warn"),
        *left,
    ]


def _job(push: RedEnvelopePush, groups: Groups) -> dict[str, Any]:
    """For ui.progress()."""
    if push.started_at is None:
        return {"title": _("Past buyers looked at"), "done": push.past_buyers, "total": None,
                "finished": push.state != "drawing"}  # fmt: skip
    counts = [
        (_("Handed to the outbox"), groups.asked, "ok"),
        (_("The gate said no"), groups.denied, "warn" if groups.denied else "neutral"),
        (_("Could not be asked for"), groups.failed, "danger" if groups.failed else "neutral"),
    ]
    return {"title": _("Messages asked for"), "done": groups.done, "total": groups.pushed, "counts": counts,
            "finished": push.state != "sending"}  # fmt: skip
