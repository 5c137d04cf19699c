"""Storefront tokens on their page and in the shell: shown once, listed, revoked; refused with nothing changed."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from forms import send, token_in
from sqlalchemy import func, select, update

from shopadmin import testing
from shopadmin.cli import tokens as commands
from shopadmin.models import db
from shopadmin.models.api import ApiToken
from shopadmin.models.audit import AuditEntry
from shopadmin.services import api_tokens
from shopadmin.services.transactions import writing

PAGE = "/admin/tokens/"


@pytest.fixture
def owner(app):
    return testing.sign_in(app, testing.make_account(app, is_owner=True))


@pytest.fixture
def run(app):
    """``run("create", …)``: exit code and the JSON that was printed."""

    def call(*arguments):
        found = CliRunner().invoke(commands.token, [*arguments, "--json"], obj=lambda: app)
        return found.exit_code, json.loads(found.output)

    return call


def make(owner, **fields):
    return send(
        owner, PAGE, f"{PAGE}create", **({"label": "My storefront", "scope": ["wallet"], "days": "90"} | fields)
    )


def count():
    return db.session.scalar(select(func.count()).select_from(ApiToken))


def test_a_new_shop_has_no_token_and_says_what_one_is_for(owner):
    assert "No token yet" in owner.get(PAGE).text


def test_a_token_is_shown_once_and_works(app, owner):
    shown = make(owner, scope=["wallet", "claims"])

    text = re.search(r"shop_st_[\w-]{43}", shown.text).group()
    answer = testing.ApiClient(app, text).post("/buyer-tokens", {"platform": "test", "buyer_ref": "x"})
    page = owner.get(PAGE).text
    assert answer.get_json()["scopes"] == ["claims", "wallet"]
    assert text not in page
    assert "My storefront" in page
    assert "Never used" not in page


def test_making_and_revoking_are_in_the_log_without_the_token(app, owner):
    text = re.search(r"shop_st_[\w-]{43}", make(owner).text).group()
    owner.post(f"{PAGE}1/revoke", data={"csrf_token": token_in(owner.get(PAGE))})

    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.code.startswith("core.token."))).all()
    assert [entry.code for entry in entries] == ["core.token.made", "core.token.revoked"]
    assert text not in str([(entry.before, entry.after) for entry in entries])
    assert "Revoked" in owner.get(PAGE).text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"label": " "}, "Use 1 to 80 characters on one line."),
        ({"label": "x" * 81}, "Use 1 to 80 characters on one line."),
        ({"scope": []}, "Tick at least one."),
        ({"scope": ["everything"]}, "There is no scope everything."),
    ],
)
def test_a_wrong_form_is_refused_by_field_and_makes_nothing(owner, fields, reason):
    answer = make(owner, **fields)

    assert answer.status_code == 400
    assert reason in answer.text
    assert count() == 0


def test_a_lifetime_that_is_not_offered_and_a_number_that_is_none_are_refused(owner):
    make(owner)
    token = token_in(owner.get(PAGE))

    assert make(owner, days="99999").status_code == 400
    assert owner.post(f"{PAGE}77/revoke", data={"csrf_token": token}).status_code == 404
    assert owner.post(f"{PAGE}x/revoke", data={"csrf_token": token}).status_code == 400
    assert count() == 1


def test_the_last_use_is_told_to_the_minute(owner):
    make(owner)
    with writing() as session:
        session.execute(update(ApiToken).values(last_used_at=datetime.now(UTC) - timedelta(minutes=7)))

    assert "7 minutes ago" in owner.get(PAGE).text


def test_the_page_speaks_chinese(app, owner):
    with owner.session_transaction() as cookie:
        cookie["language"] = "zh"

    make(owner)
    page = owner.get(PAGE).text

    assert "店铺前台令牌" in page
    assert "吊销" in page
    assert "撤回" not in page  # what the team page says of an invitation


def test_the_shell_makes_lists_and_revokes(app, run):
    code, made = run("create", "--scope", "claims", "--scope", "wallet", "--label", "Mine", "--days", "30")
    listed = run("list")[1]["tokens"]
    revoked = run("revoke", str(made["id"]))
    again = run("revoke", str(made["id"]))

    assert code == 0
    assert made["token"].startswith("shop_st_")
    assert made["scopes"] == ["claims", "wallet"]
    assert made["token"] not in json.dumps(listed)
    assert (listed[0]["label"], listed[0]["active"]) == ("Mine", True)
    assert revoked == again == (0, {"id": made["id"], "active": False})
    assert run("list")[1]["tokens"][0]["active"] is False


@pytest.mark.parametrize(
    "arguments",
    [("--scope", "everything"), (), ("--scope", "claims", "--days", "0"), ("--scope", "claims", "--label", "")],
)
def test_the_shell_refuses_what_cannot_be_with_exit_2(app, run, arguments):
    code, answer = run("create", *arguments)

    assert code == 2
    assert answer["error"]
    assert count() == 0


@pytest.mark.parametrize("number", ["77", "0", "9223372036854775808", "9" * 22])
def test_a_number_that_no_token_has_is_refused(run, number):
    code, answer = run("revoke", number)

    assert (code, answer["code"]) == (2, "unknown_token")


def test_one_query_lets_a_caller_in(app, monkeypatch):
    """Whatever is asked besides would be asked for every claim of a rush."""
    client = testing.api_client(app)
    client.post("/buyer-tokens", {"platform": "test", "buyer_ref": "x"})
    statements = []
    from sqlalchemy import event

    event.listen(db.engine, "before_cursor_execute", lambda *found: statements.append(found[2]))
    asker = app.extensions["shopadmin.asking"]
    ask = asker.ask
    monkeypatch.setattr(asker, "ask", lambda query, values: (statements.append(str(query)), ask(query, values))[1])

    client.post("/buyer-tokens", {"platform": "test", "buyer_ref": "x"})

    asked = [text for text in statements if text.lstrip().lower().startswith(("select", "update", "insert"))]
    assert len(asked) == 1
    assert api_tokens.STOREFRONT_PREFIX not in asked[0]
