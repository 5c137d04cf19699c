# mypy: disable-error-code="no-untyped-call"
"""The owner's page of rules: what they say, what they would have done, and who lets them act."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import format_percent, gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    EVIDENCE_TIERS,
    AdminView,
    Badge,
    MenuItem,
    MissingError,
    account_names,
    answer_form,
    attempt,
    parse_id,
)
from shopadmin_buyer_labels import labels, permissions, policy_texts
from shopadmin_buyer_labels.models import PolicyRule
from shopadmin_buyer_labels.rule_forms import LiveForm, RuleForm
from shopadmin_buyer_labels.services import looking_back, rules
from shopadmin_buyer_labels.services.looking_back import Figures


class RulesView(AdminView):
    """What orders of labelled buyers lead to."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ_RULES,
        "details_view": permissions.READ_RULES,
        "create_view": permissions.UPDATE_RULES,
        "edit_view": permissions.UPDATE_RULES,
        "live_view": permissions.UPDATE_RULES,
        "off_view": permissions.UPDATE_RULES,
    }
    menu_item = MenuItem("care", 46, "sliders", group=labels.AREA)
    title = _("Rules for orders")

    def __init__(self) -> None:
        super().__init__(name=self.title, endpoint="buyer_labels_rules", url="/admin/buyer-labels/rules")

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The rules that act or watch."""
        now = datetime.now(UTC)
        return self.render(
            "shopadmin_buyer_labels/rules.html",
            title=self.title,
            rows=[self._row(row, now) for row in rules.standing()],
            create_url=url_for(".create_view") if self.actor.is_owner else "",
        )

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """One version: what it says, and what it would have done."""
        return self._page(self._find(row_id), LiveForm())

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """Add a rule."""
        form = RuleForm(data={"statuses": ["active"]})

        def save() -> tuple[str, Any]:
            found = rules.add(self.actor, form.draft)
            return url_for(".details_view", row_id=found), _("The rule watches from now on.")

        return self._form(form, save, _("Add a rule"))

    @expose("/details/<row_id>/edit", methods=["GET", "POST"])
    def edit_view(self, row_id: str) -> ResponseReturnValue:
        """Write a new version."""
        row = self._find(row_id)
        rule_id, form = row.id, RuleForm(data=RuleForm.values(row))

        def save() -> tuple[str, Any]:
            found = rules.edit(self.actor, rule_id, form.draft)
            return url_for(".details_view", row_id=found), _("The new version watches; the one before acts on.")

        return self._form(form, save, _("Change the rule"), row)

    @expose("/details/<row_id>/live", methods=["POST"])
    def live_view(self, row_id: str) -> ResponseReturnValue:
        """End the time of watching."""
        form, rule_id = LiveForm(), self._find(row_id).id
        approved = bool(form.is_approved.data)
        return self._act(rule_id, lambda: rules.go_live(self.actor, rule_id, approved), _("The rule acts now."))

    @expose("/details/<row_id>/off", methods=["POST"])
    def off_view(self, row_id: str) -> ResponseReturnValue:
        """Switch it off."""
        rule_id = self._find(row_id).id
        return self._act(rule_id, lambda: rules.switch_off(self.actor, rule_id), _("The rule is off."))

    def _act(self, rule_id: int, change: Any, done: Any) -> ResponseReturnValue:
        status = attempt(change, done)
        if status == 200:
            return redirect(url_for(".details_view", row_id=rule_id), 303)
        return self._page(rules.find(rule_id), LiveForm()), status

    def _form(self, form: RuleForm, save: Any, title: Any, row: PolicyRule | None = None) -> ResponseReturnValue:
        is_over = row is not None and row.ended_at is not None
        return answer_form(
            self, form, save, title=title, submit_label=_("Keep it: it watches first"),
            subtitle=_("Rules mark, hold for a day at most, or ask for something. None cancels an order."),
            back_url=url_for(".details_view", row_id=row.id) if row else url_for(".index_view"),
            back_text=policy_texts.name_of(row.name) if row else self.title,
            not_now=policy_texts.problem("is_over") if is_over else None,
        )  # fmt: skip

    def _find(self, row_id: str) -> PolicyRule:
        try:
            return rules.find(parse_id(row_id))
        except MissingError:
            abort(404)

    def _row(self, row: PolicyRule, now: datetime) -> dict[str, Any]:
        return {
            "name": policy_texts.name_of(row.name), "version": row.version, "mark": state_badge(row, now),
            "says": says(row), "url": url_for(".details_view", row_id=row.id),
        }  # fmt: skip

    def _page(self, row: PolicyRule, live_form: LiveForm) -> str:
        now, is_over = datetime.now(UTC), row.ended_at is not None
        rule = rules.as_rule(row)
        can_change = self.actor.is_owner and not is_over
        found = looking_back.figures([row], now)[row.id]
        names: Mapping[Any, str] = account_names([each for each in (row.created_by, row.live_by, row.ended_by) if each])
        return str(
            self.render(
                "shopadmin_buyer_labels/rule.html",
                row=row,
                name=policy_texts.name_of(row.name),
                mark=state_badge(row, now),
                says=says(row),
                made_by=names.get(row.created_by, gettext("The program")),
                live_by=names.get(row.live_by, gettext("The program") if row.live_since else ""),
                ended_by=names.get(row.ended_by, ""),
                figures=_table(found),
                rate=found.false_positive_rate,
                rate_text=_percent(found),
                told=found.well + found.badly,
                is_early=rules.needs_time(rule) and now < row.shadow_until,
                asks=bool(rule.effect.requires) or not rule.effect.campaigns,
                live_form=live_form if can_change and row.live_since is None else None,
                edit_url=url_for(".edit_view", row_id=row.id) if can_change else "",
                off_url=url_for(".off_view", row_id=row.id) if can_change else "",
                is_over=is_over,
                back_url=url_for(".index_view"),
                back_text=self.title,
            )
        )


def state_badge(row: PolicyRule, now: datetime) -> Badge:
    """Whether a version acts, watches, or is over."""
    if row.ended_at is not None:
        return Badge(_("Replaced") if row.ended_why == "replaced" else _("Off"), "neutral", "slash-circle")
    if row.live_since is not None:
        return Badge(_("Acts"), "ok", "check-circle-fill")
    if now < row.shadow_until:
        return Badge(_("Watches"), "info", "eye")
    return Badge(_("Has watched: your decision"), "warn", "eye")


def says(row: PolicyRule) -> list[tuple[Any, str]]:
    """A rule in words, piece by piece."""
    effect = [str(policy_texts.LEVELS[row.level])] if row.level else []
    if row.hold_hours:
        effect.append(gettext("for %(hours)s hours at most", hours=row.hold_hours))
    if row.requires:
        effect.append(policy_texts.requirements(row.requires))
    if not row.campaigns:
        effect.append(gettext("no part in campaigns"))
    codes = " · ".join(str(labels.CODES[code]) for code in row.codes) if row.codes else gettext("All labels")
    least = (EVIDENCE_TIERS[row.min_tier], labels.SEVERITIES[row.min_severity])
    return [
        (_("Labels"), codes),
        (_("In these states"), " · ".join(str(policy_texts.STATUSES[status]) for status in row.statuses)),
        (_("At least"), " · ".join(map(str, least))),
        (_("Leads to"), " · ".join(effect)),
    ]  # fmt: skip


def _table(found: Figures) -> list[tuple[Any, int]]:
    return [
        (_("Orders it would have marked"), found.orders),
        (_("Notes"), found.notes),
        (_("Flags"), found.flags),
        (_("Held, and released by itself at the latest"), found.holds),
        (_("Asked for something"), found.asked),
        (_("Kept out of campaigns"), found.excluded),
        (_("Of these orders went well"), found.well),
        (_("Of these orders went badly"), found.badly),
        (_("Marked since the rule was written"), found.watched),
    ]


def _percent(found: Figures) -> str:
    rate = found.false_positive_rate
    return "" if rate is None else str(format_percent(rate))
