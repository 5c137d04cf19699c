"""The team as its pages show and change it: invite, accept, grant, revoke, lock out, let in again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from forms import PASSWORD, send, token_in
from matrix import digest
from sqlalchemy import func, select, update

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.accounts import AccessLink, Account, Grant
from shopadmin.models.audit import AuditEntry
from shopadmin.services import accounts
from shopadmin.services.transactions import writing

DELEGATE = "core.team:delegate"


def held(account_id):
    query = select(Grant.permission).where(Grant.account_id == account_id)
    return set(db.session.scalars(query))


def link_in(response):
    """The path of the link that the page shows."""
    found = re.search(r"https?://[^/\"<]+(/account/[a-z-]+/[\w-]+)", response.get_data(as_text=True))
    assert found, response.get_data(as_text=True)[:2000]
    return found.group(1)


def invite(client, email="newcomer@example.com", permissions=("core.orders:read",), name="Newcomer"):
    return send(client, "/admin/team/invite", name=name, email=email, permission=list(permissions))


def accept(client, path, password=PASSWORD, again=None, **fields):
    return send(client, path, password=password, again=password if again is None else again, **fields)


def save(client, account_id, permissions, seen=None, **fields):
    token = token_in(client.get("/admin/team/"))
    seen = sorted(held(account_id)) if seen is None else seen
    data = {"csrf_token": token, "permission": list(permissions), "seen": seen, **fields}
    return client.post(f"/admin/team/accounts/{account_id}/access", data=data)


def act(client, account_id, what):
    token = token_in(client.get("/admin/team/"))
    return client.post(f"/admin/team/accounts/{account_id}/{what}", data={"csrf_token": token})


def codes():
    return list(db.session.scalars(select(AuditEntry.code).order_by(AuditEntry.id)))


def test_somebody_invited_to_orders_gets_the_orders_and_nothing_else(app, client_as):
    testing.make_order(1)
    path = link_in(invite(client_as(owner=True)))
    newcomer = app.test_client()

    welcome = newcomer.get(path)
    entered = accept(newcomer, path)

    assert b"newcomer@example.com" in welcome.data
    assert entered.location == "/admin/"
    assert b"T000001" in newcomer.get("/admin/orders/").data
    assert newcomer.get("/admin/reviews/").status_code == 403
    assert newcomer.get("/admin/team/").status_code == 403
    assert newcomer.get("/admin/orders/export/csv").status_code == 403
    assert {"core.invitation.made", "core.invitation.accepted", "core.access.denied"} <= set(codes())


def test_opening_a_link_does_not_use_it_up(app, client_as):
    path = link_in(invite(client_as(owner=True)))

    for _preview in range(3):
        assert app.test_client().get(path).status_code == 200
        assert app.test_client().head(path).status_code == 200

    assert accept(app.test_client(), path).status_code == 302


def test_invite_single_use_and_expires(app, client_as):
    owner = client_as(owner=True)
    used = link_in(invite(owner))
    old = link_in(invite(owner, "late@example.com"))
    accept(app.test_client(), used)
    with writing() as session:
        session.execute(
            update(AccessLink)
            .where(AccessLink.email == "late@example.com")
            .values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )

    answers = [app.test_client().get(path) for path in (used, old, "/account/invite/never-made")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert accounts.find_by_email("late@example.com") is None


def test_an_invitation_lasts_72_hours(app, client_as):
    invite(client_as(owner=True))

    link = db.session.scalar(select(AccessLink).where(AccessLink.purpose == "invite"))

    assert link.expires_at - link.created_at == timedelta(hours=72)


def test_the_database_keeps_no_link(app, client_as):
    token = link_in(invite(client_as(owner=True))).rpartition("/")[2]

    link = db.session.scalar(select(AccessLink).where(AccessLink.purpose == "invite"))
    logged = str([(entry.before, entry.after) for entry in db.session.scalars(select(AuditEntry))])

    assert token not in str(vars(link))
    assert token not in logged


def test_invite_keeps_role_and_email(app, client_as):
    path = link_in(invite(client_as(owner=True)))
    forged = {"email": "evil@example.com", "name": "Evil", "permission": "core.orders:export", "is_owner": "1"}

    accept(app.test_client(), path, **forged)

    person = accounts.find_by_email("newcomer@example.com")
    assert person is not None
    assert (person.name, person.is_owner, held(person.id)) == ("Newcomer", False, {"core.orders:read"})
    assert accounts.find_by_email("evil@example.com") is None


def test_resend_rotates(app, client_as):
    owner = client_as(owner=True)
    first = link_in(invite(owner))
    link_id = db.session.scalar(select(AccessLink.id).where(AccessLink.purpose == "invite"))

    second = link_in(send(owner, "/admin/team/", to=f"/admin/team/invitations/{link_id}/renew"))

    assert app.test_client().get(first).status_code == 404
    assert accept(app.test_client(), second).status_code == 302


def test_a_revoked_invitation_is_dead_at_once(app, client_as):
    owner = client_as(owner=True)
    path = link_in(invite(owner))
    link_id = db.session.scalar(select(AccessLink.id).where(AccessLink.purpose == "invite"))

    send(owner, "/admin/team/", to=f"/admin/team/invitations/{link_id}/revoke")

    assert app.test_client().get(path).status_code == 404
    assert b"newcomer@example.com" not in owner.get("/admin/team/").data


def test_invite_hidden_from_low_grants(app, client_as):
    invite(client_as(owner=True))

    reader = client_as("core.team:read").get("/admin/team/")
    beyond = client_as(DELEGATE).get("/admin/team/")

    assert reader.status_code == beyond.status_code == 200
    assert b"newcomer@example.com" not in reader.data + beyond.data


def test_acceptance_needs_no_permission_and_ends_who_was_signed_in_before(app, client_as):
    path = link_in(invite(client_as(owner=True)))
    browser = client_as("core.reviews:read")

    accept(browser, path)

    assert browser.get("/admin/orders/").status_code == 200
    assert browser.get("/admin/reviews/").status_code == 403


@pytest.mark.parametrize(
    "password", ["short7!", "password", "Password123!", "12345678", "aaaaaaaa", "newcomer2026", "qwertyuiop"]
)
def test_short_and_common_passwords_are_refused_and_the_link_stays(app, client_as, password):
    path = link_in(invite(client_as(owner=True)))

    response = accept(app.test_client(), path, password)

    assert response.status_code == 200
    assert b"field-errors" in response.data
    assert accounts.find_by_email("newcomer@example.com") is None
    assert accept(app.test_client(), path).status_code == 302


def test_two_different_passwords_are_refused(app, client_as):
    path = link_in(invite(client_as(owner=True)))

    response = accept(app.test_client(), path, PASSWORD, again=PASSWORD + "x")

    assert b"field-errors" in response.data
    assert accounts.find_by_email("newcomer@example.com") is None


def test_somebody_who_is_in_the_team_is_not_invited_again(app, client_as):
    testing.make_account(app, email="anna@example.com")
    owner = client_as(owner=True)
    before = digest(app)

    response = invite(owner, "Anna@example.com")

    assert response.status_code == 409
    assert digest(app) == before


@pytest.mark.parametrize("code", ["core.settings:update", "core.orders:read' or 1=1", "no.such:thing"])
def test_what_nobody_can_grant_is_refused(app, client_as, code):
    owner = client_as(owner=True)
    before = digest(app)

    response = invite(owner, permissions=[code])

    assert response.status_code in (400, 403)
    assert digest(app) == before


def test_a_grant_counts_from_the_next_request_and_so_does_its_end(app, client_as):
    account_id = testing.make_account(app)
    owner, client = client_as(owner=True), testing.sign_in(app, account_id)
    assert client.get("/admin/orders/").status_code == 403

    save(owner, account_id, ["core.orders:read"], reason="new task")
    assert client.get("/admin/orders/").status_code == 200

    save(owner, account_id, [])
    assert client.get("/admin/orders/").status_code == 403


def test_a_change_of_rights_is_logged_with_old_new_and_reason(app, client_as):
    account_id = testing.make_account(app, "core.orders:read")

    save(client_as(owner=True), account_id, ["core.reviews:read"], reason="moved to reviews")

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.grants.changed")).one()
    assert entry.before == {"permissions": ["core.orders:read"]}
    assert entry.after == {"permissions": ["core.reviews:read"]}
    assert (entry.reason, entry.object_id) == ("moved to reviews", str(account_id))


def test_two_editors_do_not_undo_each_other_unseen(app, client_as):
    account_id = testing.make_account(app, "core.orders:read")
    owner = client_as(owner=True)
    save(owner, account_id, ["core.orders:read", "core.reviews:read"])

    response = save(owner, account_id, ["core.orders:read"], seen=["core.orders:read"])

    assert response.status_code == 409
    assert held(account_id) == {"core.orders:read", "core.reviews:read"}


def test_the_form_shows_what_is_held_and_saving_it_unchanged_changes_nothing(app, client_as):
    account_id = testing.make_account(app, "core.orders:export", "core.reviews:read")
    owner = client_as(owner=True)
    page = owner.get(f"/admin/team/accounts/{account_id}").get_data(as_text=True)
    before = digest(app)

    ticked = re.findall(r'name="permission" value="([^"]+)"[^>]* checked', page)
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    save(owner, account_id, ticked, seen=seen)

    assert set(ticked) == set(seen) == {"core.orders:export", "core.reviews:read"}
    assert digest(app) == before


def delegate(app, *points):
    account_id = testing.make_account(app, DELEGATE, *points)
    return account_id, testing.sign_in(app, account_id)


def test_manager_cannot_grant_unheld_permission(app):
    _manager_id, manager = delegate(app, "core.orders:read")
    target = testing.make_account(app)
    before = digest(app)

    answers = [
        save(manager, target, ["core.reviews:read"]),
        save(manager, target, ["core.orders:read", "core.orders:export"]),
        save(manager, target, [DELEGATE]),
        save(manager, target, ["core.settings:update"]),
        invite(manager, permissions=["core.reviews:read"]),
        invite(manager, permissions=[DELEGATE]),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert digest(app) == before


def test_manager_cannot_edit_self(app):
    manager_id, manager = delegate(app, "core.orders:read")
    before = digest(app)

    answers = [save(manager, manager_id, ["core.orders:read", DELEGATE]), act(manager, manager_id, "deactivate")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert digest(app) == before


def test_manager_cannot_edit_owner(app):
    owner_id = testing.make_account(app, is_owner=True)
    _manager_id, manager = delegate(app, "core.orders:read")
    before = digest(app)

    answers = [
        save(manager, owner_id, ["core.orders:read"]),
        *(act(manager, owner_id, what) for what in ("deactivate", "reactivate", "sessions/end", "password-link")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert digest(app) == before


def test_a_manager_passes_on_what_is_own_and_leaves_the_rest_as_it_is(app):
    _manager_id, manager = delegate(app, "core.orders:read")
    target = testing.make_account(app, "core.reviews:read")

    given = save(manager, target, ["core.orders:read"])
    assert given.status_code == 302
    assert held(target) == {"core.orders:read", "core.reviews:read"}

    save(manager, target, [])
    assert held(target) == {"core.reviews:read"}


def test_subaccount_cannot_change_owner_email_password_2fa(app, client_as):
    """There is no way to touch another's address or password but the link, and that asks for more."""
    owner_id = testing.make_account(app, is_owner=True)
    manager, reader = client_as(DELEGATE), client_as("core.team:read")
    before = digest(app)

    answers = [act(manager, owner_id, "password-link"), act(reader, owner_id, "password-link")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert digest(app) == before


def test_a_manager_takes_over_nobody_who_may_do_more(app):
    _manager_id, manager = delegate(app, "core.orders:read")
    stronger = testing.make_account(app, "core.orders:read", "core.reviews:read")
    weaker = testing.make_account(app, "core.orders:read")
    before = digest(app)

    refused = [act(manager, stronger, what) for what in ("password-link", "deactivate", "reactivate", "sessions/end")]

    assert [answer.status_code for answer in refused] == [403] * 4
    assert digest(app) == before
    assert act(manager, weaker, "password-link").status_code == 200


def test_a_link_to_an_account_dies_when_the_account_may_do_more(app, client_as):
    _manager_id, manager = delegate(app, "core.orders:read")
    target = testing.make_account(app, "core.orders:read")
    path = link_in(act(manager, target, "password-link"))

    save(client_as(owner=True), target, ["core.orders:read", "core.reviews:read"])

    assert app.test_client().get(path).status_code == 404


def test_a_password_link_sets_a_password_and_signs_out_everywhere(app, client_as):
    target = testing.make_account(app, "core.orders:read")
    elsewhere = testing.sign_in(app, target)
    path = link_in(act(client_as(owner=True), target, "password-link"))
    browser = app.test_client()

    accept(browser, path)

    assert browser.get("/admin/orders/").status_code == 200
    assert elsewhere.get("/admin/orders/").status_code == 302
    assert app.test_client().get(path).status_code == 404


def test_deactivate_kills_sessions_and_tokens_next_request(app, client_as):
    target = testing.make_account(app, "core.orders:read")
    browsers = [testing.sign_in(app, target) for _ in range(3)]
    owner = client_as(owner=True)
    path = link_in(act(owner, target, "password-link"))
    assert all(browser.get("/admin/orders/").status_code == 200 for browser in browsers)

    act(owner, target, "deactivate")

    assert [browser.get("/admin/orders/").status_code for browser in browsers] == [302] * 3
    assert app.test_client().get(path).status_code == 404


def test_who_is_let_in_again_has_the_same_rights_and_no_old_session(app, client_as):
    target = testing.make_account(app, "core.orders:read")
    browser, owner = testing.sign_in(app, target), client_as(owner=True)
    act(owner, target, "deactivate")

    act(owner, target, "reactivate")

    assert browser.get("/admin/orders/").status_code == 302
    assert testing.sign_in(app, target).get("/admin/orders/").status_code == 200


def test_locking_somebody_out_stops_and_lists_their_open_invitations(app, client_as):
    manager_id, manager = delegate(app, "core.orders:read")
    path = link_in(invite(manager, name="Left Behind"))
    owner = client_as(owner=True)

    act(owner, manager_id, "deactivate")

    assert b"Left Behind" in owner.get("/admin/team/").data
    assert app.test_client().get(path).status_code == 404


def test_an_invitation_gives_no_more_than_the_inviter_still_has(app, client_as):
    manager_id, manager = delegate(app, "core.orders:read", "core.reviews:read")
    path = link_in(invite(manager, permissions=["core.orders:read", "core.reviews:read"]))
    save(client_as(owner=True), manager_id, [DELEGATE, "core.orders:read"])

    accept(app.test_client(), path)

    assert held(accounts.find_by_email("newcomer@example.com").id) == {"core.orders:read"}


def test_last_owner_cannot_be_demoted_disabled_deleted(app, client_as):
    owner_id = testing.make_account(app, is_owner=True)
    owner = client_as(owner=True)
    before = digest(app)

    answers = [save(owner, owner_id, []), act(owner, owner_id, "deactivate")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert digest(app) == before
    assert db.session.scalar(select(func.count()).where(Account.is_owner, Account.active)) == 1


def test_what_is_taken_from_a_manager_is_taken_from_whom_it_was_passed_to(app, client_as):
    manager_id, manager = delegate(app, "core.orders:read", "core.reviews:read")
    target, kept = testing.make_account(app), testing.make_account(app)
    save(manager, target, ["core.orders:read", "core.reviews:read"])
    owner = client_as(owner=True)
    save(owner, kept, ["core.reviews:read"])

    save(owner, manager_id, [DELEGATE, "core.orders:read"], passes_on="1", with_passed_on="1")

    assert held(target) == {"core.orders:read"}
    assert held(kept) == {"core.reviews:read"}  # granted by the owner


def test_the_owner_may_leave_what_was_passed_on(app, client_as):
    manager_id, manager = delegate(app, "core.orders:read")
    target = testing.make_account(app)
    save(manager, target, ["core.orders:read"])

    save(client_as(owner=True), manager_id, [DELEGATE], passes_on="1")

    assert held(target) == {"core.orders:read"}


def test_effective_permissions_lists_source(app, client_as):
    target = testing.make_account(app, "core.orders:export")

    page = client_as(owner=True).get(f"/admin/team/accounts/{target}").get_data(as_text=True)

    for text in ("Export orders", "from Owner", "See orders", "comes with another permission", "everybody"):
        assert text in page


@pytest.mark.parametrize("row_id", ["0", "-1", "x", "999999", "1e3", "1" * 40, "%00", "1,2"])
def test_junk_for_an_account_is_400_or_404(app, client_as, row_id):
    owner = client_as(owner=True)
    token = token_in(owner.get("/admin/team/"))

    answers = [
        owner.get(f"/admin/team/accounts/{row_id}"),
        *(
            owner.post(f"/admin/team/{path}", data={"csrf_token": token})
            for path in (f"accounts/{row_id}/deactivate", f"accounts/{row_id}/access", f"invitations/{row_id}/renew")
        ),
    ]

    assert all(answer.status_code in (400, 404) for answer in answers)


def test_the_setup_link_makes_the_owner_once(app):
    path = accounts.make_setup_link().path
    browser = app.test_client()

    entered = send(browser, path, name="Wang Mei", email="Mei@Example.com", password=PASSWORD, again=PASSWORD)

    assert entered.location == "/admin/"
    assert browser.get("/admin/settings/").status_code == 200
    assert app.test_client().get(path).status_code == 404
    owner = accounts.owner()
    assert (owner.name, owner.email) == ("Wang Mei", "mei@example.com")


def test_a_setup_link_of_an_empty_shop_is_dead_once_somebody_owns_it(app):
    path = accounts.make_setup_link().path
    testing.make_account(app, is_owner=True)

    assert app.test_client().get(path).status_code == 404


def test_setup_link_single_use_and_thirty_minutes(app):
    first, second = accounts.make_setup_link(), accounts.make_setup_link()
    link = db.session.scalar(select(AccessLink).where(AccessLink.id == second.link_id))

    assert app.test_client().get(first.path).status_code == 404  # the newer one took its place
    assert app.test_client().get(second.path).status_code == 200
    assert link.expires_at - link.created_at == timedelta(minutes=30)


def test_a_sign_in_link_signs_in_once_by_post_alone(app):
    account_id = testing.make_account(app, "core.orders:read", email="anna@example.com")
    path = accounts.sign_in_link("Anna@example.com").path
    browser = app.test_client()

    assert browser.get(path).status_code == 200
    assert browser.get("/admin/").status_code == 302  # looking at it signs nobody in
    assert send(browser, path).location == "/admin/"
    assert browser.get("/admin/orders/").status_code == 200
    assert app.test_client().get(path).status_code == 404
    assert account_id
