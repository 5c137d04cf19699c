"""The pages behind single-use links: set-up, invitation, sign-in. Opening one shows a form, sending it uses it up.

A GET must not use a link up: chat programs and mail scanners open every address that they see.
"""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from shopadmin.admin import gate
from shopadmin.admin.forms import NewPasswordForm, SetupForm
from shopadmin.admin.sign_in import sign_in_as
from shopadmin.services import accounts, invitations, links

blueprint = Blueprint("account", __name__, url_prefix="/account")


def init_app(app: Flask) -> None:
    """Attach the pages; whoever holds a link may open its page."""
    app.register_blueprint(blueprint)
    for name in ("setup", "invite", "sign_in"):
        gate.declare(app, f"account.{name}", gate.PUBLIC)


@blueprint.errorhandler(links.DeadLinkError)
def show_dead_link(_error: links.DeadLinkError) -> ResponseReturnValue:
    """One answer for unknown, used, revoked and old links."""
    reason = _("It was used already, was replaced by a newer one, or is too old. Ask for a new one.")
    return render_template("account/signed_out.html", reason=reason), 404


@blueprint.route("/setup/<token>", methods=["GET", "POST"], endpoint="setup")
def set_up(token: str) -> ResponseReturnValue:
    """The first owner gives name, address and password; somebody with an account a new password."""
    found = accounts.find_by_setup_link(token)
    if found is None:
        first = SetupForm()
        if first.validate_on_submit():
            return _enter(accounts.set_up_owner(token, first.email.data, first.name.data, first.password.data))
        return render_template("account/setup.html", form=first)
    form = NewPasswordForm(found.name, found.email)
    if form.validate_on_submit():
        return _enter(accounts.set_password(token, form.password.data))
    return render_template("account/accept_invite.html", form=form, name=found.name, email=found.email, inviter=None)


@blueprint.route("/invite/<token>", methods=["GET", "POST"], endpoint="invite")
def accept_invitation(token: str) -> ResponseReturnValue:
    """The invited person chooses a password; address, name and permissions are bound to the link."""
    invitation, inviter = invitations.find(token)
    form = NewPasswordForm(invitation.name, invitation.email)
    if form.validate_on_submit():
        return _enter(invitations.accept(token, form.password.data))
    return render_template(
        "account/accept_invite.html", form=form, name=invitation.name, email=invitation.email, inviter=inviter
    )


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"], endpoint="sign_in")
def sign_in(token: str) -> ResponseReturnValue:
    """Sign in without a password, by a link from the server's shell."""
    found = links.find("sign_in", token)
    if request.method == "POST":
        return _enter(accounts.use_sign_in_link(token))
    return render_template("account/sign_in.html", name=found.name, email=found.email)


def _enter(account_id: int) -> ResponseReturnValue:
    sign_in_as(account_id)
    return redirect(url_for("admin.index_view"))
