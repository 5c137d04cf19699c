"""What the shell may do about accounts and routes: output, exit codes, and the links that it prints."""

import json

import pytest
from click.testing import CliRunner
from forms import PASSWORD, send

from shopadmin import testing
from shopadmin.cli import accounts as commands
from shopadmin.cli.main import build
from shopadmin.services import access, accounts, server_address, sessions


@pytest.fixture
def run(app):
    """``run("invite", "a@b.cn", …)``: exit code and the printed JSON, of a refusal the complaint in it."""
    group = build(lambda: app, commands.commands)

    def call(*arguments):
        result = CliRunner().invoke(group, [*arguments, "--json"])
        answer = json.loads(result.stdout)
        return result.exit_code, answer.get("error", answer)

    return call


def path_of(answer):
    assert answer["url"].startswith("http://127.0.0.1:8000/account/")
    return answer["url"].removeprefix("http://127.0.0.1:8000")


def test_a_sign_in_link_from_the_shell_signs_in_once(app, run, monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    testing.make_account(app, "core.orders:read", email="anna@example.com")

    code, answer = run("sign-in-link", "Anna@Example.com")

    browser = app.test_client()
    send(browser, path_of(answer))
    assert (code, answer["email"]) == (0, "anna@example.com")
    assert browser.get("/admin/orders/").status_code == 200
    assert app.test_client().get(path_of(answer)).status_code == 404


def test_no_link_for_somebody_who_is_unknown_or_locked_out(app, run):
    accounts.deactivate(None, testing.make_account(app, email="anna@example.com"))

    assert run("sign-in-link", "anna@example.com")[0] == 2
    assert run("sign-in-link", "nobody@example.com")[0] == 2


def test_an_invitation_from_the_shell_gives_what_was_named(app, run, monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    testing.make_account(app, is_owner=True)

    code, answer = run("invite", "anna@example.com", "--grant", "core.orders:read", "--grant", "core.reviews:reply")

    assert (code, answer["permissions"]) == (0, ["core.orders:read", "core.reviews:reply"])
    assert answer["url"].startswith("http://127.0.0.1:8123/account/invite/")
    browser = app.test_client()
    send(browser, answer["url"].removeprefix("http://127.0.0.1:8123"), password=PASSWORD, again=PASSWORD)
    assert browser.get("/admin/orders/").status_code == 200
    assert browser.get("/admin/reviews/").status_code == 200
    assert browser.get("/admin/buyers/").status_code == 403


def test_the_address_of_the_shop_can_be_named(app, run):
    testing.make_account(app, is_owner=True)

    _code, answer = run("invite", "anna@example.com", "--base-url", "https://shop.example/")

    assert answer["url"].startswith("https://shop.example/account/invite/")


def test_the_address_of_the_server_that_runs_is_known(app, run, monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    testing.make_account(app, is_owner=True)
    folder = app.config["DATA_FOLDER"]

    with server_address.announced(folder, "http://127.0.0.1:8031"):
        with server_address.announced(folder, "http://127.0.0.1:8032"):  # a second server on the same shop
            _code, answer = run("invite", "anna@example.com")
        assert server_address.running(folder) == "http://127.0.0.1:8031"

    assert answer["url"].startswith("http://127.0.0.1:8031/account/invite/")
    assert answer["address_is_assumed"] is False
    assert server_address.running(folder) is None


def test_an_address_that_a_crash_left_behind_does_not_count_and_a_guess_is_called_one(app, monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    testing.make_account(app, is_owner=True)
    (app.config["DATA_FOLDER"] / "server.address").write_text("http://127.0.0.1:8031")

    result = CliRunner().invoke(build(lambda: app, commands.commands), ["invite", "anna@example.com"])

    assert result.stdout.startswith("http://127.0.0.1:8000/account/invite/")
    assert "http://127.0.0.1:8000 is assumed" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("anna@example.com", "--grant", "core.orders:raed"), "did you mean core.orders:read?"),
        (("anna@example.com", "--grant", "core.settings:update"), "owner's alone"),
        (("no address",), "e-mail"),
        (("owner@example.com",), "team"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_with_a_reason(app, run, arguments, hint):
    testing.make_account(app, is_owner=True)

    code, complaint = run("invite", *arguments)

    assert code == 2
    assert hint in complaint or "团队" in complaint


def test_one_grant_takes_several_points(app, run):
    testing.make_account(app, is_owner=True)

    code, answer = run("invite", "anna@example.com", "--grant", "core.orders:read", "core.reviews:read")

    assert (code, answer["permissions"]) == (0, ["core.orders:read", "core.reviews:read"])


def test_a_refusal_is_an_object_as_well(app, run):
    code, answer = run("sign-in-link", "nobody@example.com")

    assert code == 2
    assert "nobody@example.com" in answer


def test_nobody_invites_before_somebody_owns_the_shop(run):
    code, complaint = run("invite", "anna@example.com")

    assert code == 2
    assert "shopadmin run" in complaint


def test_routes_name_methods_and_permissions_and_none_is_undeclared(run):
    code, answer = run("routes")

    by_rule = {route["rule"]: route for route in answer["routes"]}
    assert code == 0
    assert by_rule["/admin/orders/"]["permission"] == "core.orders:read"
    assert by_rule["/admin/orders/details/<row_id>/reveal"]["also"] == "core.orders:read"
    assert "POST" in by_rule["/logout"]["methods"]
    assert by_rule["/api/v1/buyer-tokens"]["permission"] == "storefront"
    assert by_rule["/api/v1/openapi.json"]["permission"] == "public"
    assert all(route["permission"] for route in answer["routes"])


def test_everybody_is_listed_with_what_they_may_do(app, run):
    testing.make_account(app, "core.orders:read", email="anna@example.com")

    _code, answer = run("accounts", "list")

    owner, anna = answer["accounts"]
    assert owner["owner"] is True
    assert "core.orders:read" in anna["permissions"]
    assert anna["active"] is True


def test_somebody_is_locked_out_from_the_shell(app, run):
    account_id = testing.make_account(app, email="anna@example.com")
    token = sessions.begin(account_id, "127.0.0.1", "tests")

    code, answer = run("accounts", "deactivate", "anna@example.com")

    assert (code, answer["active"]) == (0, False)
    assert sessions.actor_of(token) is None
    assert access.load_actor(account_id) is None


def test_the_owner_is_not_locked_out_from_the_shell(app, run):
    testing.make_account(app, is_owner=True)

    assert run("accounts", "deactivate", "owner@example.com")[0] == 2
    assert run("accounts", "deactivate", "nobody@example.com")[0] == 2
    assert accounts.owner().active


def test_a_lost_owners_password_is_set_anew_by_a_link_from_the_shell(app, run, monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    owner_id = testing.make_account(app, is_owner=True)
    elsewhere = testing.sign_in(app, owner_id)

    code, answer = run("accounts", "reset-owner-link")

    browser = app.test_client()
    send(browser, path_of(answer), password=PASSWORD, again=PASSWORD)
    assert code == 0
    assert browser.get("/admin/settings/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302


@pytest.mark.parametrize("command", commands.commands, ids=lambda found: found.name)
def test_every_command_documents_its_exit_codes(command):
    leaves = command.commands.values() if hasattr(command, "commands") else [command]

    assert all("Exit 0" in leaf.help for leaf in leaves)
    assert all(any("--json" in option.opts for option in leaf.params) for leaf in leaves)
