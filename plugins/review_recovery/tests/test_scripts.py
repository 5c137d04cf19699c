"""Scripts: drafts, publishing, import and export; and what the database itself refuses; on both engines."""

import pytest
from runs_of_tests import CLERK, NOON, OWNER, make_case, take
from scripts_of_tests import TEXT, shipped
from shopadmin_review_recovery.domain.scripts import notation
from shopadmin_review_recovery.models import ReviewScript, ReviewScriptNote, ReviewScriptVersion
from shopadmin_review_recovery.services import run_records, runs, scripts
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from shopadmin import testing
from shopadmin.plugin_api import ForbiddenError, MissingError, ObjectionsError, RefusedError, db, writing

OTHER = TEXT.replace("name: default", "name: other").replace("Thank you, goodbye.", "Goodbye.")


@pytest.fixture
def app(shop):
    testing.make_account(shop, is_owner=True)
    return shop


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_draft_becomes_a_version_with_its_hash(app):
    script_id = scripts.bring_in(OWNER, OTHER)
    version_id = scripts.publish(OWNER, script_id, 1)

    version = scripts.version(version_id)
    assert version.number == 1
    assert version.sha256 == notation.sha256(notation.read(OTHER).script)
    assert scripts.script_of(version) == notation.read(OTHER).script


def test_what_is_exported_is_imported_as_the_same(app):
    version_id = scripts.publish(OWNER, scripts.bring_in(OWNER, OTHER), 1)

    assert notation.read(scripts.export(version_id)).script == notation.read(OTHER).script


def test_the_shipped_script_is_published_where_none_was(app):
    scripts.ensure_shipped()
    scripts.ensure_shipped()

    (row,) = scripts.listing()
    assert (row.name, row.number, row.sha256) == ("default", 1, notation.sha256(shipped()))


def test_new_runs_follow_the_newest_version_and_old_ones_keep_theirs(app):
    case_id = make_case()
    first = runs.start(CLERK, case_id, "en", NOON)
    take(first, "silent")
    scripts.publish(OWNER, scripts.bring_in(OWNER, OTHER), 1)
    second = runs.start(CLERK, make_case(phone="13900139002"), "en", NOON)

    names = [
        scripts.script_of(scripts.version(run_records.find(one).script_version_id)).name for one in (first, second)
    ]
    assert names == ["default", "other"]


def test_a_draft_is_kept_however_wrong_it_is_but_not_published(app):
    script_id = scripts.bring_in(OWNER, OTHER)
    scripts.save(OWNER, script_id, OTHER.replace("open: later", "open: ask"), 1)

    with pytest.raises(RefusedError) as refused:
        scripts.publish(OWNER, script_id, 2)

    assert {problem.code for problem in refused.value.problems} == {"script.around_guard", "script.unreachable"}
    assert count(ReviewScriptVersion) == 0


def test_nobody_writes_over_what_they_have_not_seen(app):
    script_id = scripts.bring_in(OWNER, OTHER)
    scripts.save(OWNER, script_id, OTHER + "\n", 1)

    with pytest.raises(ObjectionsError):
        scripts.save(OWNER, script_id, "mine", 1)
    with pytest.raises(ObjectionsError):
        scripts.publish(OWNER, script_id, 1)

    assert scripts.find(script_id).text == OTHER + "\n"
    assert count(ReviewScriptVersion) == 0


def test_the_same_again_is_no_new_version(app):
    script_id = scripts.bring_in(OWNER, OTHER)
    scripts.publish(OWNER, script_id, 1)

    with pytest.raises(ObjectionsError):
        scripts.publish(OWNER, script_id, 1)

    assert count(ReviewScriptVersion) == 1


def test_a_name_stands_once_and_stays(app):
    script_id = scripts.bring_in(OWNER, OTHER)

    with pytest.raises(RefusedError):
        scripts.bring_in(OWNER, OTHER)
    scripts.save(OWNER, script_id, TEXT, 1)
    with pytest.raises(RefusedError):
        scripts.publish(OWNER, script_id, 2)

    assert (count(ReviewScript), count(ReviewScriptVersion)) == (1, 0)


@pytest.mark.parametrize("raw", ["", "a: &x [*x]", "x" * 300_000, "format: other"])
def test_what_is_no_script_is_not_brought_in(app, raw):
    with pytest.raises(RefusedError):
        scripts.bring_in(OWNER, raw)

    assert count(ReviewScript) == 0


def test_only_who_may_publish_writes_scripts(app):
    script_id = scripts.bring_in(OWNER, OTHER)

    for act in (
        lambda: scripts.bring_in(CLERK, TEXT),
        lambda: scripts.save(CLERK, script_id, TEXT, 1),
        lambda: scripts.publish(CLERK, script_id, 1),
    ):
        with pytest.raises(ForbiddenError):
            act()

    assert (count(ReviewScript), count(ReviewScriptVersion)) == (1, 0)


def test_an_unknown_script_is_missing(app):
    for act in (
        lambda: scripts.find(9),
        lambda: scripts.version(9),
        lambda: scripts.publish(OWNER, 9, 1),
        lambda: scripts.save(OWNER, 9, "x", 1),
    ):
        with pytest.raises(MissingError):
            act()


FORGERIES = {
    "script_version": [
        "update {t} set canonical = 'x'", "update {t} set published_by = 5", "delete from {t}",
        "insert or replace into {t} select id, script_id, number, 'x', sha256, published_at, published_by from {t}",
        "truncate {t} cascade",
    ],
    "run": ["update {t} set script_version_id = script_version_id", "delete from {t}", "truncate {t} cascade",
            "update {t} set case_id = 77"],
    "run_step": [
        "update {t} set outcome = 'agrees'", "delete from {t}", "delete from {t} where position = 3",
        "insert into {t} (run_id, position, node, outcome, inputs_encrypted, remarks, ended, at) "
        "select run_id, 77, 'ask', '', null, '{{}}', '', at from {t} where position = 0",
        "truncate {t}",
    ],
    "run_note": ["update {t} set text_encrypted = text_encrypted", "update {t} set position = 9", "delete from {t}",
                 "truncate {t}"],
    "invitation": ["update {t} set case_id = 99", "delete from {t}", "truncate {t}"],
}  # fmt: skip
CASES = [(table, forgery) for table, forgeries in FORGERIES.items() for forgery in forgeries]


@pytest.mark.parametrize(("table", "forgery"), CASES)
def test_the_database_refuses_to_change_what_was_published_or_said(app, database_kind, table, forgery):
    if (database_kind == "postgresql") == ("or replace" in forgery) or (
        database_kind != "postgresql" and "truncate" in forgery
    ):
        forgery = "delete from {t}"  # the other engine has no such statement
    _walked(app)
    name = f"plugin_review_recovery_{table}"
    before = _rows(name)
    assert before

    with pytest.raises(DBAPIError, match="review_recovery:"), writing() as session:
        session.execute(text(forgery.format(t=name)))

    assert _rows(name) == before


def test_a_run_that_is_over_gets_no_further_step(app):
    run_id = _walked(app)
    take(run_id, "refuses", "next", "next")

    with pytest.raises(DBAPIError, match="review_recovery:next"), writing() as session:
        session.execute(
            text(
                "insert into plugin_review_recovery_run_step (run_id, position, node, outcome, inputs_encrypted,"
                " remarks, ended, at) select run_id, position + 1, 'ask', '', null, '{}', '', at"
                " from plugin_review_recovery_run_step where ended <> ''"
            )
        )


def test_a_note_whose_time_is_over_may_be_emptied(app):
    _walked(app)

    with writing() as session:
        session.execute(text("update plugin_review_recovery_run_note set text_encrypted = null"))

    assert [row[-1] for row in _rows("plugin_review_recovery_run_note")] == [None]
    with pytest.raises(DBAPIError, match="review_recovery:"), writing() as session:
        session.execute(update(ReviewScriptNote).values(text="Other words"))


def test_a_version_that_was_tampered_with_is_named_by_the_check(app, database_kind):
    version_id = scripts.publish(OWNER, scripts.bring_in(OWNER, OTHER), 1)
    assert list(scripts.problems()) == []
    trigger, table = "plugin_review_recovery_script_version", "plugin_review_recovery_script_version"
    with writing() as session:
        if database_kind == "sqlite":
            session.execute(text(f"drop trigger {trigger}_update"))
        else:
            session.execute(text(f"alter table {table} disable trigger all"))
        session.execute(text(f"update {table} set canonical = replace(canonical, 'Goodbye.', 'Pay us.')"))

    (problem,) = scripts.problems()
    assert str(version_id) in str(problem.message)


def _walked(app):
    from runs_of_tests import set_platform

    set_platform(app)
    run_id = runs.start(CLERK, make_case(), "en", NOON)
    take(run_id, "yes", "yes")
    take(run_id, "all_well", note="All is well.")
    take(run_id, "next")
    return run_id


def _rows(name):
    db.session.rollback()
    return db.session.execute(text(f"select * from {name} order by 1, 2")).all()
