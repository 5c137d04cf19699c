# mypy: disable-error-code="no-untyped-call"
"""Answering the buyer of a case with quick replies, and what the table of them lacks."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import format_datetime, get_locale, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    AdminView,
    Column,
    MissingError,
    ObjectionsError,
    RefusedError,
    SendResult,
    Sms,
    contact_reason,
    count_sms,
    parse_id,
    shop_settings,
    wording_remarks,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery import reply_labels as labels
from shopadmin_review_recovery.labels import CAUSES
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.models.replies import LANGUAGES
from shopadmin_review_recovery.services import answers, case_records, dossiers, forgotten, gaps, replies
from shopadmin_review_recovery.services.answers import Answer

_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_GAP_COLUMNS = (
    Column("cause", _("Problem")),
    Column("product", _("Product")),
    Column("language", _("Language")),
    Column("cases", _("Cases that had no reply for this"), "number"),
)


class AnswersView(AdminView):
    """The composer of a case, and the gaps."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": permissions.READ, "case_view": permissions.REPLY}

    def __init__(self) -> None:
        super().__init__(name=_("Answers"), endpoint="review_recovery_answers", url="/admin/review-recovery/answers")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What was answered by hand in the last 90 days, for want of a quick reply, and causes without any."""
        may_edit = self.actor.can(permissions.EDIT_REPLIES)
        rows = [_gap(gap, may_edit) for gap in gaps.answered_by_hand()]
        page = self.render(
            "shopadmin_review_recovery/gaps.html",
            rows=rows,
            columns=_GAP_COLUMNS,
            uncovered=[
                {"cause": CAUSES[one.cause], "cases": one.cases, "url": _new_url(may_edit, cause=one.cause)}
                for one in gaps.uncovered()
            ],
            back_url=url_for("review_recovery_replies.index_view"),
            back_text=_("Quick replies"),
        )
        return str(page)

    @expose("/case/<row_id>", methods=["GET", "POST"])
    def case_view(self, row_id: str) -> ResponseReturnValue:
        """Look for replies, put them into the text, check it, send it. Each works by a button, without scripts."""
        case = _find(row_id)
        form = _Form(case)
        if forgotten.is_forgotten(case):
            # There is nothing to compose; the case's page says why.
            flash(str(messages.problem("forgotten").message), "error")
            return redirect(_case_url(case.id)) if request.method == "GET" else (self._page(case, form), 409)
        if request.method == "GET":
            return self._page(case, form)
        chosen = request.form.get("insert", "")
        if chosen:
            return self._insert(case, form, parse_id(chosen))
        if request.form.get("act") == "send":
            return self._send(case, form)
        if request.form.get("act") == "check":
            form.errors = [str(problem.message) for problem in answers.check(form.text)]
            if not form.errors:
                flash(gettext("Nothing speaks against this text."), "success")
        return self._page(case, form)

    def _insert(self, case: ReviewCase, form: "_Form", reply_id: int) -> ResponseReturnValue:
        try:
            form.text = answers.inserted(self.actor, case, form.language, form.text, reply_id)
        except MissingError:
            abort(404)
        form.used = [*dict.fromkeys([*form.used, reply_id])]
        form.is_writing = True
        return self._page(case, form)

    def _send(self, case: ReviewCase, form: "_Form") -> ResponseReturnValue:
        try:
            result = answers.send(self.actor, case.id, form.answer())
        except RefusedError as refused:
            form.errors = [str(problem.message) for problem in refused.problems]
            return self._page(case, form), 400
        except ObjectionsError as objections:
            form.errors = [str(problem.message) for problem in objections.problems]
            return self._page(case, form), 409
        if result.verdict == "deny" or result.state == "blocked":
            form.errors = [gettext("The contact gate says no:"), *map(str, map(contact_reason, result.reasons))]
            # The core keeps what was denied under its key; another try is another message.
            form.token = _new_token()
            return self._page(case, form), 409
        flash(_said(result, form.channel), "success")
        return redirect(url_for(".case_view", row_id=case.id))

    def _page(self, case: ReviewCase, form: "_Form") -> str:
        return str(
            self.render(
                "shopadmin_review_recovery/answer.html",
                case=case,
                form=form,
                found=[_suggestion(ranked) for ranked in answers.suggestions(case, form.language, form.typed)],
                languages=labels.LANGUAGES,
                locale=labels.LOCALES[form.language],
                replies_url="" if replies.are_there() else url_for("review_recovery_replies.index_view"),
                channels=[(name, channel.title) for name, channel in answers.channels().items()],
                abouts=labels.ABOUT,
                sms=_sms(form),
                remarks=[remark for remark in wording_remarks(form.text, "message") if not remark.is_blocking],
                cause=labels.cause_text(case.cause) if case.cause else "",
                sent=self._sent(case),
                back_url=_case_url(case.id),
                back_text=_("Case %(number)s", number=case.id),
            )
        )

    def _sent(self, case: ReviewCase) -> Sequence[dict[str, Any]]:
        may_read = self.actor.can("core.messages:read")
        return [
            {
                "at": row.at,
                "state": standing.state if standing else "",
                "url": url_for("messages.details_view", row_id=row.message_id) if may_read else "",
                "replies": len(row.reply_ids),
            }
            for row, standing in answers.of_case(case.id)
        ]


class _Form:
    """The composer as it was sent, or empty."""

    def __init__(self, case: ReviewCase) -> None:
        got = request.form if request.method == "POST" else request.args
        self.typed = got.get("typed", "")[:200]
        language = got.get("language", "")
        self.language = language if language in LANGUAGES else language_to(case)
        self.text = request.form.get("text", "").replace("\r\n", "\n")
        self.channel = request.form.get("channel", "chat")
        self.about = got.get("about", "service")
        self.used = [int(text) for text in request.form.getlist("used") if text.isascii() and text.isdigit()][:50]
        token = request.form.get("token", "")
        self.token = token if _TOKEN.fullmatch(token) else _new_token()
        self.errors: list[str] = []
        self.is_writing = False

    def answer(self) -> Answer:
        """What is to be sent."""
        return Answer(self.token, self.channel, self.about, self.language, self.text, self.used)


def _sms(form: _Form) -> Sms | None:
    """What the text takes as a text message; None while there is none, or it goes another way."""
    channel = answers.channels().get(form.channel)
    return count_sms(form.text) if channel is not None and channel.medium == "text" and form.text.strip() else None


def language_to(case: ReviewCase) -> str:
    """The language to write to the buyer in: that of the review, else the reader's own."""
    return dossiers.language_of(case) or own_language()


def own_language() -> str:
    """The language of replies that is the reader's own."""
    return "zh" if str(get_locale()).startswith("zh") else "en"


def _new_token() -> str:
    return uuid.uuid4().hex


def _find(row_id: str) -> ReviewCase:
    try:
        return case_records.find(parse_id(row_id))
    except MissingError:
        abort(404)


def _case_url(case_id: int) -> str:
    return url_for("review_recovery_cases.details_view", row_id=case_id)


def _said(result: SendResult, channel: str) -> str:
    if result.is_repeat:
        return gettext("This answer was sent already.")
    if answers.channels()[channel].deliver is None:
        return gettext("The answer waits among the messages: copy it into the chat, then mark it as sent.")
    if result.send_at is not None and result.verdict == "hold":
        at = format_datetime(result.send_at.astimezone(shop_settings().zone), "short", rebase=False)
        return gettext("Not now, where the buyer lives. The answer goes out on %(at)s.", at=at)
    return gettext("The answer goes out.")


def _suggestion(ranked: Any) -> dict[str, Any]:
    reply = ranked.reply
    return {
        "id": reply.id,
        "title": reply.title,
        "code": reply.code,
        "body": reply.body,
        "cause": labels.cause_text(reply.cause),
        "product": reply.product,
        "uses": reply.uses,
    }


def _gap(gap: gaps.Gap, may_edit: bool) -> dict[str, Any]:
    return {
        "cause": CAUSES[gap.cause] if gap.cause else _("Cause unknown"),
        "product": gap.product,
        "language": labels.LANGUAGES[gap.language],
        "cases": gap.cases,
        "url": _new_url(may_edit, cause=gap.cause, product_ref=gap.product, language=gap.language),
    }


def _new_url(may_edit: bool, **values: str) -> str:
    wanted: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for("review_recovery_replies.create_view", **wanted) if may_edit else ""
