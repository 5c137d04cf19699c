"""The forms of accounts, team and settings. Their token is the app's own; see the macros."""

from typing import Any, cast

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, IntegerField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired

from shopadmin.admin.languages import LANGUAGES
from shopadmin.domain.accounts import is_email, is_name, normalise_email
from shopadmin.services import accounts, kept_texts, settings


def _strip(value: str | None) -> str | None:
    return value.strip() if value else value


_SECURITIES: list[Any] = [
    SelectChoice("starttls", cast(str, _("Encrypted after the greeting (STARTTLS)"))),
    SelectChoice("tls", cast(str, _("Encrypted (TLS)"))),
    SelectChoice("none", cast(str, _("Not encrypted, on this machine alone"))),
]


class PersonForm(FlaskForm):
    """Name and e-mail address of somebody."""

    name = StringField(_("Name"), [InputRequired()], filters=[_strip], render_kw={"autocomplete": "name"})
    email = EmailField(_("E-mail"), [InputRequired()], filters=[_strip], render_kw={"autocomplete": "username"})

    def validate_name(self, field: Any) -> None:
        """Refuse what cannot be a name."""
        if not is_name(field.data or ""):
            raise ValidationError(_("Use 1 to 80 characters on one line."))

    def validate_email(self, field: Any) -> None:
        """Refuse what cannot be an address."""
        if not is_email(normalise_email(field.data or "")):
            raise ValidationError(_("This is not an e-mail address."))


class InviteForm(PersonForm):
    """Whom to invite."""


class NewPasswordForm(FlaskForm):
    """A new password, twice. ``own``: the person's name and address, which may not be the password."""

    password = PasswordField(
        _("New password"),
        [InputRequired()],
        description=_("At least 8 characters. A sentence is easy to remember and hard to guess."),
        render_kw={"autocomplete": "new-password", "minlength": 8, "maxlength": 200},
    )
    again = PasswordField(
        _("The same again"),
        [InputRequired(), EqualTo("password", _("The two are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, *own: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own = own

    def validate_password(self, field: Any) -> None:
        """Refuse short and common ones."""
        if problem := accounts.password_problem(field.data or "", *self.own):
            raise ValidationError(problem)


class SetupForm(PersonForm, NewPasswordForm):
    """The owner's first visit."""

    def validate_password(self, field: Any) -> None:
        """Refuse short and common ones, and what was just typed as name or address."""
        self.own = (self.name.data or "", self.email.data or "")
        super().validate_password(field)


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current = PasswordField(_("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"})
    field_order = ("current", "password", "again")

    def __iter__(self) -> Any:
        """The present one first."""
        named = [self._fields[name] for name in self.field_order]
        return iter([*named, *(field for name, field in self._fields.items() if name not in self.field_order)])


class SettingsForm(FlaskForm):
    """The shop's settings; each list holds what may be chosen."""

    name = StringField(_("Name of the shop"), [InputRequired()], filters=[_strip])
    currency = SelectField(
        _("Currency"), description=_("For what no file says. Amounts that are there keep their own currency.")
    )
    timezone = SelectField(_("Time zone"), description=_("In which days begin and times are shown."))
    language = SelectField(_("Language"), description=_("For those who have not chosen one."))
    buyer_zones = StringField(
        _("Further time zones of buyers"),
        filters=[_strip],
        description=_(
            "Names such as Europe/Berlin, parted by blanks. Where a buyer's own clock is unknown, nobody is written to "
            "in the night of the shop or of any of these."
        ),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shop = settings.load()  # what is set now stays possible, whatever the lists say
        self.currency.choices = [SelectChoice(code, code) for code in sorted({*settings.currencies(), shop.currency})]
        self.timezone.choices = [SelectChoice(name, name) for name in sorted({*settings.timezones(), shop.timezone})]
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGES]

    def validate_name(self, field: Any) -> None:
        """Refuse what cannot be a name."""
        if not is_name(field.data or ""):
            raise ValidationError(_("Use 1 to 80 characters on one line."))

    def validate_buyer_zones(self, field: Any) -> None:
        """Refuse what is no time zone, and more of them than anybody reads."""
        unknown = [name for name in (field.data or "").split() if name not in settings.timezones()]
        if unknown:
            raise ValidationError(_("%(name)s is no time zone.", name=unknown[0][:40]))
        if len(field.data or "") > 500:
            raise ValidationError(kept_texts.too_long(len(field.data), 500))


class MailForm(FlaskForm):
    """The shop's mail server. An empty password keeps the one that is stored."""

    host = StringField(_("Server"), filters=[_strip], description=_("Such as mail.example.com; empty for none."))
    port = IntegerField(_("Port"), [InputRequired()])
    security = SelectField(
        _("Connection"),
        choices=_SECURITIES,
    )
    sender = StringField(_("Sender"), filters=[_strip], description=_("The e-mail address that buyers answer to."))
    user = StringField(_("User name"), filters=[_strip], render_kw={"autocomplete": "off"})
    password = PasswordField(
        _("Password"),
        description=_("Kept encrypted. Empty keeps the one that is stored."),
        render_kw={"autocomplete": "new-password"},
    )
    forget = BooleanField(_("Forget the stored password"))
