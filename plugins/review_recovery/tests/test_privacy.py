"""Personal data of cases (G12): sealed, kept for so long and no longer, and gone when a buyer is to be forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from evidence_of_tests import AGENT, keep
from runs_of_tests import CLERK, NOON, OWNER, PHONE, make_case, set_platform, take
from shopadmin_review_recovery.domain.retention import Retention
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent, ReviewScriptNote
from shopadmin_review_recovery.services import (
    case_records,
    cases,
    compensation_decisions,
    compensations,
    complaints,
    evidence,
    follow_ups,
    privacy,
    run_inputs,
    run_records,
    runs,
)
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import (
    MessageRequest,
    block_buyer,
    complaint_grounds,
    db,
    is_contact_blocked,
    plugin_settings,
    send_message,
    writing,
)
from shopadmin.services import erasing, integrity, plugins, rotation, schema
from shopadmin.services.messages import people

WORDS = "She rang from 13900139001 and cried"
P = "plugin_review_recovery_"


@pytest.fixture
def case_id(shop):
    testing.make_account(shop, is_owner=True)
    testing.make_account(shop, *AGENT.permissions)
    set_platform(shop)
    made = make_case()
    cases.add_note(CLERK, made, WORDS)
    follow_ups.plan(CLERK, made, "other", datetime.now(UTC) + timedelta(days=1), WORDS)
    run_id = runs.start(CLERK, made, "en", NOON)
    take(run_id, "yes", "yes")
    take(run_id, "all_well", note=WORDS)
    return made


@pytest.fixture
def made(shop):
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    return make_case()


def save(changed):
    plugins.save_settings(OWNER, "review_recovery", plugin_settings("review_recovery") | changed)


def close(case_id, closed_at, reason=WORDS):
    cases.close(CLERK, case_id, None, "resolved_kept", "solved", reason)
    with writing() as session:
        session.execute(update(ReviewCase).where(ReviewCase.id == case_id).values(closed_at=closed_at))


def words_left(case_id):
    """What can be read of what people wrote."""
    db.session.rollback()
    case = db.session.get(ReviewCase, case_id, populate_existing=True)
    return [
        *case_records.written(case_id).values(), *[row.note for row in follow_ups.of_case(case_id)],
        *db.session.scalars(select(ReviewScriptNote.text)), case.reason,
    ]  # fmt: skip


def trouble():
    """What ``shopadmin check`` says of sealed values and messages; these cases have no beginning and no clock."""
    return [found for found in integrity.problems() if not found.code.startswith("review_recovery.")]


def raw():
    """Every row of the plugin and of the activity log as the database has it."""
    db.session.rollback()
    mine = (P, "audit", "plugin_state")
    names = [table for table in db.inspect(db.engine).get_table_names() if table.startswith(mine)]
    found = str([db.session.execute(text(f"select * from {name}")).all() for name in names])
    db.session.rollback()  # an upgrade waits for whoever reads
    return found


def test_g12_what_people_wrote_is_sealed_in_the_database_and_reads_as_it_was(case_id):
    assert [found for found in words_left(case_id) if found] == [WORDS] * 4
    close(case_id, NOON)
    assert "She rang" not in raw()


def give(case_id):
    """A call in which something is promised, and what people write about what a buyer gets."""
    save({"compensation_limit": 5000, "alert_phones": PHONE})
    run_id = runs.start(CLERK, case_id, "en", NOON)
    take(run_id, "yes", "yes", "told", "next", "other", "next", note="late", cause__code="logistics")
    take(run_id, "within_limit", remedy__summary=WORDS, remedy__due="Friday")
    compensations.request(CLERK, case_id, "refund", "20", WORDS, NOON)
    asked = compensations.request(CLERK, case_id, "gift", "5", WORDS + " again", NOON)
    compensation_decisions.decline(OWNER, asked.id, WORDS + ", too", NOON)
    return run_id


def test_g12_what_is_typed_in_calls_and_what_compensation_is_for_is_sealed_and_no_word_of_it_is_logged(made):
    run_id = give(made)

    kept = compensations.of_case(made)
    assert [(row.reason, row.decision_note) for row in kept] == [(WORDS + " again", WORDS + ", too"), (WORDS, "")]
    assert run_records.typed(run_records.steps(run_id))["remedy.summary"] == WORDS
    assert plugin_settings("review_recovery")["alert_phones"] == PHONE
    found = raw()
    assert "She rang" not in found
    assert PHONE not in found
    logged = db.session.scalars(select(AuditEntry).where(AuditEntry.code.like("review_recovery.compensation.%"))).all()
    assert {(entry.reason, entry.after["reason"]) for entry in logged} == {("", "written")}


def test_g12_what_is_typed_in_calls_goes_with_the_texts_and_nothing_else_of_a_step_changes(made):
    run_id = give(made)
    before = [(step.node, step.outcome) for step in run_records.steps(run_id)]
    close(made, datetime(2026, 3, 31, tzinfo=UTC))
    for change in ("node = 'x'", "inputs_encrypted = (select max(inputs_encrypted) from {t}) ", "remarks = '[]'"):
        with pytest.raises(DBAPIError), writing() as session:
            session.execute(text(f"update {P}run_step set {change.format(t=P + 'run_step')}"))
        db.session.rollback()

    privacy.purge(datetime(2030, 1, 1, tzinfo=UTC))

    assert run_records.typed(run_records.steps(run_id)) == {}
    assert [(step.node, step.outcome) for step in run_records.steps(run_id)] == before
    assert {(row.reason, row.decision_note) for row in compensations.of_case(made)} == {("", "")}
    assert privacy.purge(datetime(2030, 1, 1, tzinfo=UTC)) == (0, 0)


def test_what_was_typed_and_given_before_is_sealed_by_the_upgrade_and_comes_back(made):
    run_id = give(made)
    rotation.rotate()
    before = [run_records.typed(run_records.steps(run_id)), plugin_settings("review_recovery")]

    db.session.rollback()
    schema.downgrade("review_recovery", "0008")
    plain = raw()
    schema.upgrade()

    assert plain.count("She rang") == 5
    assert PHONE in plain
    assert "She rang" not in raw()
    assert PHONE not in raw()
    assert [run_records.typed(run_records.steps(run_id)), plugin_settings("review_recovery")] == before
    assert [row.reason for row in compensations.of_case(made)] == [WORDS + " again", WORDS]
    assert WORDS in case_records.written(made).values()


def test_g12_texts_go_24_months_after_the_case_was_closed_and_the_case_stays(case_id):
    now = datetime(2028, 3, 31, 12, tzinfo=UTC)
    close(case_id, datetime(2026, 3, 31, 12, 1, tzinfo=UTC))
    assert privacy.purge(now)[1] == 0
    lines = db.session.query(ReviewCaseEvent).count()

    privacy.purge(now + timedelta(minutes=1))

    assert {*words_left(case_id)} == {"", "erased"}
    assert privacy.purge(now + timedelta(minutes=1)) == (0, 0)
    assert db.session.query(ReviewCaseEvent).count() == lines
    assert not trouble()


def test_g12_phones_go_90_days_after_the_last_case_and_a_buyer_who_said_no_stays_blocked(shop, case_id):
    buyer_id = case_records.find(case_id).buyer_id
    with writing() as session:  # known by the phone alone
        session.execute(text("update buyer set ref = 'phone:0123456789abcdef' where id = :id"), {"id": buyer_id})
    block_buyer(OWNER, buyer_id, "stop")
    now = datetime.now(UTC) + timedelta(days=400)
    close(case_id, now - timedelta(days=90) + timedelta(seconds=1))
    assert privacy.purge(now)[0] == 0
    assert people.find(buyer_id).phone == PHONE

    assert privacy.purge(now + timedelta(seconds=1))[0] == 1

    assert people.find(buyer_id).phone == ""
    assert is_contact_blocked(buyer_id)
    wanted = MessageRequest(key="post.9", buyer_id=buyer_id, channel="chat", text="Hello", basis="order")
    assert send_message(OWNER, wanted, NOON).verdict == "deny"
    assert privacy.purge(now + timedelta(seconds=1))[0] == 0


def test_g12_a_buyer_with_another_case_or_an_order_on_its_way_keeps_the_phone(shop, case_id):
    now = datetime.now(UTC) + timedelta(days=400)
    other = make_case(phone="13900139002", status="shipped")
    open_one = make_case(phone="13900139003")
    buyer_id = case_records.find(open_one).buyer_id
    with writing() as session:
        session.execute(update(ReviewCase).where(ReviewCase.id == case_id).values(buyer_id=buyer_id))
    for closed in (case_id, other):
        close(closed, now - timedelta(days=200))

    assert privacy.purge(now)[0] == 0
    assert people.find(buyer_id).phone == "13900139003"


def test_g12_the_owner_sets_both_times_and_the_last_day_of_a_month_counts(shop):
    testing.make_account(shop, is_owner=True)
    plugins.save_settings(OWNER, "review_recovery", {**plugin_settings("review_recovery"), "keep_phones": 30})

    assert privacy.retention() == Retention(30, 24)
    leap = datetime(2026, 8, 31, tzinfo=UTC)
    assert Retention(30, 6).texts_before(leap) == datetime(2026, 2, 28, tzinfo=UTC)
    assert Retention(30, 24).phones_before(leap) == datetime(2026, 8, 1, tzinfo=UTC)


def test_a_purge_that_broke_off_goes_on(shop, case_id, monkeypatch):
    now = datetime.now(UTC) + timedelta(days=4000)
    second = make_case(phone="13900139002")
    cases.add_note(CLERK, second, WORDS)
    for closed in (case_id, second):
        close(closed, NOON)
    monkeypatch.setattr(privacy, "CHUNK", 1)
    whole = privacy.forget_messages

    def breaks_off(refs):
        if refs == [f"review_recovery.case.{second}"]:
            raise RuntimeError("on purpose")
        return whole(refs)

    monkeypatch.setattr(privacy, "forget_messages", breaks_off)
    with pytest.raises(RuntimeError):
        privacy.purge(now)
    assert WORDS in words_left(second)
    assert WORDS not in case_records.written(case_id).values()
    monkeypatch.setattr(privacy, "forget_messages", whole)

    privacy.purge(now)

    assert WORDS not in words_left(second)


def test_a_new_key_covers_what_people_wrote_also_of_a_plugin_that_is_off(shop, case_id):
    plugins.disable(OWNER, "review_recovery")

    rotation.rotate()

    assert [found for found in words_left(case_id) if found] == [WORDS] * 4
    sealed = db.session.execute(text(f"select text_encrypted from {P}run_note")).scalars().all()
    assert {bytes(value)[0] for value in sealed} == {2}


def test_the_note_of_a_call_is_emptied_or_sealed_again_and_never_rewritten(case_id):
    for change in ("text_encrypted = (select text_encrypted from {p}case_text limit 1)", "position = 9"):
        with pytest.raises(DBAPIError), writing() as session:
            session.execute(text(f"update {P}run_note set {change.format(p=P)}"))
        db.session.rollback()

    assert WORDS in words_left(case_id)


def test_a_buyer_who_is_forgotten_leaves_a_case_without_words(shop, case_id):
    buyer_id = case_records.find(case_id).buyer_id
    other = make_case(phone="13900139002")
    cases.add_note(CLERK, other, "Other words")
    counted = db.session.query(ReviewCase).count()

    erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    left = words_left(case_id)
    assert not [found for found in left if found]
    assert run_inputs.proposal(case_records.find(case_id), "book", NOON) is None
    assert [*case_records.written(other).values()] == ["Other words"]
    assert db.session.query(ReviewCase).count() == counted
    assert not trouble()


def test_evidence_of_a_forgotten_buyer_goes_unless_a_complaint_rests_on_it(shop, case_id):
    complained = make_case(phone="13900139003")
    keep(complained)
    complaints.open_for(AGENT, complained, complaint_grounds("shopify")[0][0])
    keep(case_id)

    for number in (case_id, complained):
        buyer_id = case_records.find(number).buyer_id
        erasing.erase_buyer(OWNER, buyer_id, str(buyer_id))

    assert evidence.of_case(case_id) == []
    assert len(evidence.of_case(complained)) == 1


def test_the_words_of_a_shop_that_was_there_before_are_sealed_by_the_upgrade_and_come_back(shop, case_id):
    close(case_id, NOON)
    schema.downgrade("review_recovery", "0007")
    assert "cried" in raw()
    assert db.session.execute(text(f"select reason from {P}case where id = {case_id}")).scalar() == WORDS
    lines = db.session.scalars(select(ReviewCaseEvent.data).where(ReviewCaseEvent.code == "moved")).all()
    assert [line["reason"] for line in lines if "outcome" in line] == [WORDS]
    db.session.rollback()

    schema.upgrade()

    assert "cried" not in raw()
    assert [found for found in words_left(case_id) if found] == [*[WORDS] * 5, "written"]
