"""Checking who signs in: the same text and the same time for an unknown name as for a wrong password."""

from sqlalchemy import select, update

from shopadmin.domain.accounts import mask_sign_in_name, normalise_email
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services import audit, passwords, throttle
from shopadmin.services.transactions import writing


class TooManyTriesError(Exception):
    """The tries of this e-mail and address are used up; ``seconds`` until the next one."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def check(email: str, password: str, ip: str) -> int | None:
    """The id of the active account that these belong to, or None. Raises TooManyTriesError, the right ones included.

    A refusal is logged, with the account if there is one, else with the masked address: people type their password
    into the wrong field.
    """
    email = normalise_email(email)
    if seconds := throttle.take(email, ip):
        _log_refusal(email, None, "throttled")
        raise TooManyTriesError(seconds)
    found = (
        db.session()
        .execute(select(Account.id, Account.password, Account.active).where(Account.email == email))
        .one_or_none()
    )
    is_right = passwords.is_right(found.password if found else None, password)
    if found is None or not is_right or not found.active:
        _log_refusal(email, found.id if found else None, "deactivated" if is_right else "password")
        return None
    throttle.forget(email, ip)
    if passwords.is_outdated(found.password):
        renewed = passwords.hash_password(password)
        with writing() as session:
            session.execute(update(Account).where(Account.id == found.id).values(password=renewed))
    return int(found.id)


def _log_refusal(email: str, account_id: int | None, cause: str) -> None:
    with writing():
        audit.record(
            None,  # whoever it was
            "core.session.refused",
            "account",
            account_id or "",
            after={"email": mask_sign_in_name(email), "cause": cause},
        )
