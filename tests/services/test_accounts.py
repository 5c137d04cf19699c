"""Accounts, links and grants below the pages: races, and that nobody can raise anybody by any sequence of acts."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.accounts import AccessLink, Account, Grant, LoginSession
from shopadmin.services import access, accounts, grants, invitations, links, sessions
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing

DELEGATE = "core.team:delegate"
POINTS = ("core.orders:read", "core.orders:export", "core.reviews:read", "core.buyers:contact")
PASSWORD = "plum orchard 7 ladders"


def owner_actor(app) -> Actor:
    actor = access.load_actor(testing.make_account(app, is_owner=True))
    assert actor is not None
    return actor


def token_of(issued):
    return issued.path.rpartition("/")[2]


def at_once(app, count, act):
    """Run ``act(number)`` for each number at the same moment; what each returned or raised."""
    return testing.at_once(app, *(partial(act, number) for number in range(count)))


def test_of_many_who_accept_an_invitation_at_the_same_time_one_gets_in(app):
    token = token_of(invitations.invite(owner_actor(app), "anna@example.com", "Anna", [POINTS[0]]))

    found = at_once(app, 6, lambda _number: invitations.accept(token, PASSWORD))

    assert sum(isinstance(result, int) for result in found) == 1
    assert sum(isinstance(result, links.DeadLinkError) for result in found) == 5
    assert db.session.scalar(select(func.count()).where(Account.email == "anna@example.com")) == 1


def test_of_many_who_set_the_shop_up_at_the_same_time_one_owns_it(app):
    token = token_of(accounts.make_setup_link())

    found = at_once(app, 6, lambda number: accounts.set_up_owner(token, f"o{number}@example.com", "O", PASSWORD))

    assert sum(isinstance(result, int) for result in found) == 1
    assert db.session.scalar(select(func.count()).where(Account.is_owner)) == 1


def test_the_database_itself_refuses_a_second_owner(app):
    testing.make_account(app, is_owner=True)

    with pytest.raises(Exception, match=r"(?i)unique"), writing() as session:
        session.add(invitations.new_account("second@example.com", "Second", "x", is_owner=True))

    assert db.session.scalar(select(func.count()).where(Account.is_owner)) == 1


def test_a_failed_acceptance_leaves_the_link_usable(app, monkeypatch):
    token = token_of(invitations.invite(owner_actor(app), "anna@example.com", "Anna", []))
    monkeypatch.setattr(invitations, "new_account", lambda *_a, **_k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        invitations.accept(token, PASSWORD)
    monkeypatch.undo()

    assert invitations.accept(token, PASSWORD)


def test_a_right_that_is_taken_while_it_is_passed_on_is_not_kept(app):
    """Either the manager was faster and the grant is taken with the right, or the grant is refused."""
    owner = owner_actor(app)
    manager_id = testing.make_account(app, DELEGATE, POINTS[0])
    manager, target_id = access.load_actor(manager_id), testing.make_account(app)

    def act(number):
        if number:
            return grants.set_grants(manager, target_id, [POINTS[0]])
        return grants.set_grants(owner, manager_id, [DELEGATE])

    at_once(app, 2, act)

    db.session.rollback()
    assert grants.direct_grants(target_id) == frozenset()


def test_a_passed_on_right_ends_with_the_givers(app):
    end = datetime.now(UTC) + timedelta(days=1)
    manager_id = testing.make_account(app, DELEGATE, POINTS[0])
    with writing() as session:
        session.execute(
            update(Grant).where(Grant.account_id == manager_id, Grant.permission == POINTS[0]).values(expires_at=end)
        )
    target_id = testing.make_account(app)

    grants.set_grants(access.load_actor(manager_id), target_id, [POINTS[0]], until=end + timedelta(days=9))

    assert db.session.scalar(select(Grant.expires_at).where(Grant.account_id == target_id)) == end


def test_an_expired_grant_is_worth_nothing_and_can_be_given_again(app):
    target_id = testing.make_account(app, POINTS[0])
    with writing() as session:
        session.execute(update(Grant).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert not access.load_actor(target_id).can(POINTS[0])

    grants.set_grants(owner_actor(app), target_id, [POINTS[0]])

    assert access.load_actor(target_id).can(POINTS[0])


def test_an_unknown_permission_raises_and_changes_nothing(app):
    target_id = testing.make_account(app, POINTS[0])

    with pytest.raises(access.UnknownPermissionError):
        grants.set_grants(owner_actor(app), target_id, ["core.orders:raed"])

    assert grants.direct_grants(target_id) == {POINTS[0]}


def test_a_stored_grant_of_an_owners_own_point_opens_nothing(app):
    """Whatever stands in the table: such a point is the owner's alone."""
    actor = access.load_actor(testing.make_account(app, "core.settings:update", "no.such:point"))

    assert not actor.can("core.settings:update")
    assert not actor.can("no.such:point")


def test_from_the_shell_anybody_but_the_owner_can_be_locked_out(app):
    owner_id, target_id = testing.make_account(app, is_owner=True), testing.make_account(app)
    token = sessions.begin(target_id, "127.0.0.1", "tests")

    accounts.deactivate(None, target_id)

    assert sessions.actor_of(token) is None
    with pytest.raises(ForbiddenError):
        accounts.deactivate(None, owner_id)


def test_a_reset_by_the_shell_gives_the_owner_a_new_password_and_keeps_the_rest(app):
    owner_id = testing.make_account(app, is_owner=True)
    token = sessions.begin(owner_id, "127.0.0.1", "tests")

    changed = accounts.set_password(token_of(accounts.make_setup_link()), PASSWORD)

    assert changed == owner_id
    assert sessions.actor_of(token) is None
    assert accounts.owner().email == "owner@example.com"


class NobodyRaisesAnybody(RuleBasedStateMachine):
    """Random acts of non-owners: what they hold together never grows, there is always one owner."""

    app = None
    numbers = itertools.count()

    @initialize(
        manages=st.sets(st.sampled_from(POINTS)),
        held=st.lists(st.sets(st.sampled_from((DELEGATE, *POINTS))), min_size=3, max_size=3),
        locked=st.sets(st.integers(1, 3)),
    )
    def prepare(self, manages, held, locked):
        with writing() as session:
            for table in (AccessLink, Grant, LoginSession):
                session.query(table).delete()
            session.query(Account).filter(Account.is_owner.is_(False)).update({"active": False})
        self.ids = [testing.make_account(self.app, *points) for points in ({DELEGATE, *manages}, *held)]
        self.owner_id = testing.make_account(self.app, is_owner=True)
        with writing() as session:
            locked_ids = [self.ids[number] for number in locked]
            session.execute(update(Account).where(Account.id.in_(locked_ids)).values(active=False))
        self.tokens = []
        self.before = self.together()

    def together(self):
        """What all active non-owners hold, as a union."""
        ids = db.session.scalars(select(Account.id).where(Account.active, Account.is_owner.is_(False))).all()
        return frozenset().union(*(access.load_actor(found).permissions for found in ids))

    def attempt(self, who, act):
        account_id = self.ids[who % len(self.ids)]
        actor = access.load_actor(account_id) or Actor(AccountId(account_id), "locked out", False, frozenset(POINTS))
        try:
            return act(actor)
        except (ForbiddenError, LookupError, ValueError, links.DeadLinkError):
            return None

    def anybody(self, number):
        return [self.owner_id, *self.ids][number % (len(self.ids) + 1)]

    @rule(who=st.integers(0, 9), whom=st.integers(0, 9), points=st.sets(st.sampled_from((DELEGATE, *POINTS))))
    def grant(self, who, whom, points):
        self.attempt(who, lambda actor: grants.set_grants(actor, self.anybody(whom), points))

    @rule(who=st.integers(0, 9), whom=st.integers(0, 9))
    def lock_out(self, who, whom):
        self.attempt(who, lambda actor: accounts.deactivate(actor, self.anybody(whom)))

    @rule(who=st.integers(0, 9), whom=st.integers(0, 9))
    def let_in(self, who, whom):
        self.attempt(who, lambda actor: accounts.reactivate(actor, self.anybody(whom)))

    @rule(who=st.integers(0, 9), points=st.sets(st.sampled_from((DELEGATE, *POINTS))))
    def invite(self, who, points):
        email = f"newcomer{next(self.numbers)}@example.com"
        issued = self.attempt(who, lambda actor: invitations.invite(actor, email, "N", points))
        if issued is not None:
            self.tokens.append(token_of(issued))

    @rule(which=st.integers(0, 9))
    def accept(self, which):
        if self.tokens:
            token = self.tokens[which % len(self.tokens)]
            found = self.attempt(0, lambda _actor: invitations.accept(token, PASSWORD))
            if found is not None:
                self.ids.append(found)

    @rule(who=st.integers(0, 9), whom=st.integers(0, 9))
    def take_over(self, who, whom):
        target = self.anybody(whom)
        issued = self.attempt(who, lambda actor: accounts.make_password_link(actor, target))
        if issued is not None:
            gained = access.load_actor(target).permissions
            taker = access.load_actor(self.ids[who % len(self.ids)])
            assert gained <= taker.permissions
            assert target != self.owner_id

    @invariant()
    def nobody_was_raised(self):
        if hasattr(self, "before"):
            assert self.together() <= self.before
            owners = select(func.count()).where(Account.is_owner, Account.active)
            assert db.session.scalar(owners) == 1


def test_no_sequence_raises_privilege(app):
    NobodyRaisesAnybody.app = app

    run_state_machine_as_test(
        NobodyRaisesAnybody,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
