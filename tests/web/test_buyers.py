"""Buyers: masked unless somebody who may asks, in the list, on the page, in the search and in the file."""

import base64
import csv
import io
import json
import re

import pytest
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.services.lists import PAGE_SIZE

READ, CONTACT, EXPORT = "core.buyers:read", "core.buyers:contact", "core.buyers:export"
NAME, PHONE, EMAIL = "Anna Sample", "13900001234", "anna@example.com"


@pytest.fixture
def app(make_app):
    made = make_app(WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture
def buyer_id(app):
    testing.make_buyer("Berta Other", phone="13900009999")
    return testing.make_buyer(NAME, phone=PHONE, email=EMAIL)


def page_of(client, address):
    return client.get(address).get_data(as_text=True)


def is_plain(text):
    return [value for value in (NAME, PHONE, EMAIL) if value in text]


def test_everything_is_masked_without_the_right(app, client_as, buyer_id):
    client = client_as(READ)

    pages = [page_of(client, address) for address in ("/admin/buyers/", f"/admin/buyers/details/{buyer_id}")]

    for text in pages:
        assert is_plain(text) == []
        assert "A**" in text
        assert "139****1234" in text
        assert "a***@example.com" in text


def test_with_the_right_names_are_plain_and_numbers_only_on_request(app, client_as, buyer_id):
    client = client_as(CONTACT)

    assert is_plain(page_of(client, "/admin/buyers/")) == [NAME]
    assert is_plain(page_of(client, f"/admin/buyers/details/{buyer_id}")) == [NAME]
    shown = client.post(f"/admin/buyers/details/{buyer_id}/reveal").get_data(as_text=True)

    assert is_plain(shown) == [NAME, PHONE, EMAIL]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.contact.revealed")).one()
    assert (entry.object_type, entry.object_id) == ("buyer", str(buyer_id))
    assert PHONE not in str(entry.after)


@pytest.mark.parametrize("term", ["1234", PHONE, "+86 139 0000 1234", EMAIL, "Anna", "anna"])
def test_a_search_is_no_oracle_for_those_without_the_right(app, client_as, buyer_id, term):
    may, may_not = client_as(CONTACT), client_as(READ)

    found = page_of(may, f"/admin/buyers/?search={term.replace('+', '%2B')}")
    hidden = page_of(may_not, f"/admin/buyers/?search={term.replace('+', '%2B')}")

    assert NAME in found
    assert "Berta" not in found
    assert "Nothing matches" in hidden


def test_a_name_known_in_full_is_found_by_everybody(app, client_as, buyer_id):
    text = page_of(client_as(READ), f"/admin/buyers/?search={NAME}")

    assert f"/admin/buyers/details/{buyer_id}" in text
    assert is_plain(text) == [NAME]  # what was typed stands in the search field, and nowhere in the table
    assert "<td" in text
    assert NAME not in text.partition("<tbody>")[2]


def cursors_of(text):
    """What the addresses of the neighbouring pages say."""
    found = re.findall(r"cursor=([\w-]+)", text)
    return [json.loads(base64.urlsafe_b64decode(each + "=" * (-len(each) % 4))) for each in found if each != "last"]


def test_no_order_by_name_tells_the_names_that_are_masked(app, client_as):
    for number in range(PAGE_SIZE + 1):
        testing.make_buyer(f"Name {number:03}")
    address, first = "/admin/buyers/?sort=name", f"Name {PAGE_SIZE - 1:03}"
    forged = base64.urlsafe_b64encode(json.dumps(["name", "next", "Name 03", 0]).encode()).decode().rstrip("=")

    may, may_not = client_as(CONTACT), client_as(READ, EXPORT)
    refused = [may_not.get(address), may_not.get(f"{address}&cursor={forged}")]

    assert first in str(cursors_of(page_of(may, address)))
    for answer in refused:
        assert answer.status_code == 400
        assert first not in str(cursors_of(answer.get_data(as_text=True)))
    assert may_not.get("/admin/buyers/export/csv?sort=name").status_code == 400
    assert '<option value="name"' not in page_of(may_not, "/admin/buyers/")
    assert '<option value="name"' in page_of(may, "/admin/buyers/")


@pytest.mark.parametrize(
    ("points", "expected"), [((EXPORT,), ["A**", "139****1234"]), ((EXPORT, CONTACT), [NAME, PHONE])]
)
def test_the_file_is_masked_like_the_list(app, client_as, buyer_id, points, expected):
    response = client_as(*points).get(f"/admin/buyers/export/csv?search={NAME}")

    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [[row["name"], row["phone"]] for row in rows] == [expected]


def test_other_areas_show_up_only_with_their_own_right(app, client_as, buyer_id):
    testing.make_order(1, buyer_id=buyer_id)
    testing.make_review(1, buyer_id=buyer_id, body="Never again")
    address = f"/admin/buyers/details/{buyer_id}"

    reader, owner = page_of(client_as(READ), address), page_of(client_as(owner=True), address)

    for marker in ("T000001", "Never again", "100.00"):
        assert marker not in reader
        assert marker in owner
