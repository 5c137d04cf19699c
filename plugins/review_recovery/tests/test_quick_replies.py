"""The table of quick replies: what may stand in it, and files that are whole or not at all."""

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale
from replies_of_tests import CLERK, NOON, OWNER, draft, make_reply, table
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.models import ReviewQuickReply
from shopadmin_review_recovery.services import replies, reply_files
from shopadmin_review_recovery.services.replies import FIELDS
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.plugin_api import ForbiddenError, MissingError, ObjectionsError, RefusedError, writing
from shopadmin.services import exports


@pytest.fixture
def app(shop: Flask) -> Iterator[Flask]:
    testing.make_account(shop, is_owner=True)
    with force_locale("en"):
        yield shop


def file(*rows: dict[str, str], headings: tuple[str, ...] = FIELDS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, headings)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def row(**changes: str) -> dict[str, str]:
    found = draft(**changes)
    return {name: getattr(found, name) for name in FIELDS}


def test_a_reply_is_written_changed_and_deleted(app: Flask) -> None:
    reply_id = make_reply(code=" Late-1 ", keywords="late，courier , late")
    (stored,) = table()
    assert (stored["code"], stored["keywords"], stored["uses"], stored["version"]) == ("late-1", "late, courier", 0, 1)

    replies.edit(OWNER, reply_id, draft(title="Later"), 1, NOON)
    assert (table()[0]["title"], table()[0]["version"]) == ("Later", 2)

    replies.remove(OWNER, reply_id, 2)
    assert table() == []


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"body": "Hello {{buyer.phone}}"}, "body", "reply.unknown"),
        ({"body": "Hello {{order.no"}, "body", "reply.malformed"),
        ({"body": "{% if 1 %}"}, "body", "reply.malformed"),
        ({"body": "Change your review and we refund 20 yuan."}, "body", "wording.incentive"),
        ({"language": "zh", "body": "改好评返现20元"}, "body", "wording.incentive"),
        ({"body": "We will sue you if this stays."}, "body", "wording.threat"),
        ({"body": " "}, "body", "reply.empty"),
        ({"body": "a" * 4001}, "body", "reply.long"),
        ({"title": "a\0b"}, "title", "reply.characters"),
        ({"code": "late 1"}, "code", "reply.code"),
        ({"language": "pt"}, "language", "reply.choice"),
        ({"cause": "weather"}, "cause", "reply.choice"),
        ({"stage": "last"}, "stage", "reply.choice"),
    ],
)
def test_what_cannot_be_sent_cannot_be_saved_either(app: Flask, change: dict[str, str], field: str, code: str) -> None:
    reply_id = make_reply()
    before = table()

    with pytest.raises(RefusedError) as new:
        replies.create(OWNER, draft(**{"code": "other", **change}))
    with pytest.raises(RefusedError) as changed:
        replies.edit(OWNER, reply_id, draft(**change), 1)

    assert (code, field) in {(problem.code, problem.field) for problem in new.value.problems}
    assert (code, field) in {(problem.code, problem.field) for problem in changed.value.problems}
    assert table() == before


def test_a_code_stands_once_in_each_language(app: Flask) -> None:
    make_reply()
    make_reply(language="zh", body="您好")

    with pytest.raises(RefusedError) as refused:
        make_reply(title="Again")

    assert [(problem.code, problem.field) for problem in refused.value.problems] == [("reply.taken", "code")]
    assert len(table()) == 2


def test_whoever_may_only_use_replies_does_not_change_them(app: Flask) -> None:
    reply_id = make_reply()
    before = table()

    for act in (
        lambda: replies.create(CLERK, draft(code="b")),
        lambda: replies.edit(CLERK, reply_id, draft(), 1),
        lambda: replies.remove(CLERK, reply_id, 1),
        lambda: reply_files.bring_in(CLERK, file(row())),
        lambda: reply_files.load_starter(CLERK),
    ):
        with pytest.raises(ForbiddenError):
            act()

    assert table() == before


def test_of_two_who_change_a_reply_the_second_is_told(app: Flask) -> None:
    reply_id = make_reply()
    replies.edit(OWNER, reply_id, draft(title="First"), 1)
    before = table()

    for act in (
        lambda: replies.edit(OWNER, reply_id, draft(title="Second"), 1),
        lambda: replies.remove(OWNER, reply_id, 1),
    ):
        with pytest.raises(ObjectionsError):
            act()
    with pytest.raises(MissingError):
        replies.edit(OWNER, 99, draft(code="c"), 1)

    assert table() == before


@pytest.mark.parametrize("wrong", [{"uses": -1}, {"language": "pt"}, {"stage": "x"}, {"body": ""}])
def test_the_database_refuses_what_makes_no_sense(app: Flask, wrong: dict[str, object]) -> None:
    values = row() | {"changed_at": NOON} | wrong

    with pytest.raises(IntegrityError), writing() as session:
        session.add(ReviewQuickReply(**values))

    assert table() == []


def test_the_shipped_replies_cover_ten_problems_in_both_languages_and_come_once(app: Flask) -> None:
    assert reply_files.is_empty()

    assert reply_files.load_starter(OWNER).added == len(table()) >= 20
    assert {(one["cause"], one["language"]) for one in table()} >= {
        (code, language) for code in CODES for language in ("en", "zh")
    }
    first = table()[0]
    replies.edit(OWNER, first["id"], draft(code=first["code"], language=first["language"], title="Mine"), 1)
    before = table()

    assert reply_files.load_starter(OWNER).added == 0
    assert table() == before


def test_a_file_adds_and_changes(app: Flask) -> None:
    make_reply()

    done = reply_files.bring_in(OWNER, file(row(title="New title"), row(code="b-2"), headings=(*FIELDS, "uses")))

    assert (done.added, done.changed) == (1, 1)
    assert [(one["code"], one["title"], one["version"]) for one in table()] == [
        ("late-1", "New title", 2),
        ("b-2", "The parcel is late", 1),
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (file(row(code="a"), row(code="b", body="{{nobody.knows}}")), "Row 3, body: There is no variable"),
        (file(row(code="a"), row(code="a")), "Row 3, code: The same code and language stand in row 2"),
        (file(row(code="a"), row(code="b", cause="weather")), "Row 3, cause: “weather” is none of these"),
        (file(row(code="a", body="Update the review, get a coupon")), "Row 2, body: This offers something"),
        (file(headings=FIELDS), "no rows beneath"),
        (b"", "Row 1 must hold these headings"),
        (b"code,title\na,b\n", "Row 1 must hold these headings"),
        (file(row()) + b"a,b\r\n", "Row 3, file: This row has 2 cells"),
        ("code,中文".encode("gb18030"), "not in UTF-8"),
        (b'code,"title\n', "no CSV"),
        (b"x" * (reply_files.LARGEST + 1), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_row_and_field_and_nothing_of_it_is_kept(
    app: Flask, raw: bytes, said: str
) -> None:
    make_reply(code="there")
    before = table()

    with pytest.raises(RefusedError) as refused:
        reply_files.bring_in(OWNER, raw)

    assert said in " ".join(str(problem.message) for problem in refused.value.problems)
    assert table() == before


def test_a_file_with_thousands_of_faults_names_the_first_ones(app: Flask) -> None:
    with pytest.raises(RefusedError) as refused:
        reply_files.bring_in(OWNER, file(*(row(code=f"a-{number}", stage="x") for number in range(500))))

    assert len(refused.value.problems) == reply_files.MOST_PROBLEMS + 1
    assert "480" in str(refused.value.problems[-1].message)


@pytest.mark.parametrize("text", ["=1+1", "-5 is what it was", "@everybody", "+1 800", "'quoted'", "plain"])
def test_what_the_export_disarms_the_upload_reads_as_it_was(app: Flask, text: str) -> None:
    shown = exports.export_cell(text)
    assert not str(shown).startswith(("=", "-", "@", "+"))

    reply_files.bring_in(OWNER, file(row(title=str(shown))))

    assert table()[0]["title"] == text
