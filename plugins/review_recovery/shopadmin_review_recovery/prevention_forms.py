"""The forms of a prevention task."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from shopadmin.plugin_api import RefusedError, accounts_that_may, shop_settings
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain.prevention import RESULTS
from shopadmin_review_recovery.learning_labels import RESULTS as RESULT_TEXTS
from shopadmin_review_recovery.messages import problem
from shopadmin_review_recovery.models import ReviewPrevention
from shopadmin_review_recovery.services.prevention import LONGEST

# A task is due when its day is over, on the shop's clock.
_LAST = timedelta(days=1, microseconds=-1)


class TaskPlanForm(Form):
    """Who does it and until when."""

    account_id = SelectField(_("In whose hands"), choices=[])
    due_on = DateField(_("To be done by"), [InputRequired()])

    def __init__(self, posted: Any, task: ReviewPrevention) -> None:
        due_on = task.due_at.astimezone(shop_settings().zone).date()
        super().__init__(posted, data={"account_id": str(task.assigned_to or ""), "due_on": due_on})
        people = accounts_that_may(permissions.REPLY)
        self.account_id.choices = [
            SelectChoice("", _("Nobody")),  # type: ignore[arg-type]
            *(SelectChoice(str(account), name) for account, name in people.items()),
        ]

    @property
    def account(self) -> int | None:
        """The chosen account, None for nobody."""
        return int(self.account_id.data) if self.account_id.data else None

    @property
    def due_at(self) -> datetime:
        """The end of the day, aware UTC. Raises RefusedError."""
        try:
            return (datetime.combine(self.due_on.data, time(), shop_settings().zone) + _LAST).astimezone(UTC)
        except OverflowError:
            raise RefusedError(problem("bad_instant", "due_on")) from None


class TaskCloseForm(Form):
    """How it ended."""

    result = SelectField(_("How it ended"), choices=[SelectChoice(code, RESULT_TEXTS[code]) for code in RESULTS])  # type: ignore[arg-type]
    reason = StringField(_("Why"), [Optional(), Length(max=LONGEST)], description=_("Needed to drop it."))
