"""Every list takes any address: 200, or 400 and 404 for junk, never a fault."""

import base64
import html
import json
import re
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopadmin import testing
from shopadmin.models import db

LISTS = ("orders", "buyers", "products", "reviews", "incidents")
NAMES = ("cursor", "sort", "view", "search", "status", "platform", "from", "to", "kind", "page", "id", "_external")
JUNK = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["99999-01-01", "0001-01-01", "9999-12-31", "-1", "1e309", "2026-02-30", "last", "newest", "oldest", "number"]
    ),
    st.sampled_from(
        ["inbox", "to_ship", "problems", "unanswered", "%", "_", "\\", "'", "\0", "3" * 300, "1234", "a@b.c"]
    ),
    st.lists(
        st.one_of(
            st.sampled_from(["newest", "oldest", "number", "inbox", "name", "next", "previous"]),
            st.integers(-(2**70), 2**70),
            st.floats(),
            st.none(),
            st.text(max_size=5),
            st.sampled_from(["2026-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]),
        ),
        max_size=6,
    ).map(lambda values: base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")),
)


@pytest.fixture
def client(app):
    testing.make_order(1)
    testing.make_review(1)
    testing.make_buyer("Anna", phone="13900001234")
    return testing.sign_in(app, testing.make_account(app, is_owner=True))


@given(
    st.sampled_from(LISTS),
    st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=4),
    st.sampled_from(["", "details/", "export/"]),
    JUNK,
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_address_of_a_list_is_a_fault(client, area, arguments, path, tail):
    address = f"/admin/{area}/{path}"
    if path:
        address += tail.replace("/", "").replace("?", "").replace("#", "") or "csv"
    query = urlencode({name: value.encode("utf-8", "replace") for name, value in arguments.items()})

    response = client.get(address.encode("utf-8", "replace").decode(), query_string=query)
    db.session.rollback()

    assert response.status_code in (200, 308, 400, 404), (address, arguments, response.status_code)


@pytest.mark.parametrize("area", LISTS)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("page=99999999999999999999", 200),
        ("cursor=x", 400),
        ("sort=password", 400),
        ("search=" + "x" * 201, 400),
        ("search=%00", 400),
        ("search=%25", 200),
        ("_external=1&_anchor=x&_method=GET&_scheme=x&kind=", 200),
    ],
)
def test_a_list_answers_junk_with_400_and_leaves_unknown_names_alone(client, area, query, status):
    assert client.get(f"/admin/{area}/?{query}").status_code == status


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("status=zzz", "“zzz” is nothing to filter “Status” by."),
        ("from=9999-99-99", "“9999-99-99” is nothing to filter “From” by."),
        ("search=" + "x" * 201, "Such a text cannot be searched for"),
        ("sort=password", "a view, an order or a page that this list does not have"),
        ("view=nowhere", "a view, an order or a page that this list does not have"),
        ("cursor=x", "a view, an order or a page that this list does not have"),
    ],
)
def test_what_a_list_cannot_be_asked_for_is_said_above_the_rest_of_it(client, query, said):
    page = client.get(f"/admin/orders/?{query}&platform=test")

    text = html.unescape(page.text)
    assert page.status_code == 400
    assert said in text
    assert "T000001" in text
    assert 'class="sidebar' in text
    assert "Platform: " in text
    assert not [link for link in re.findall(r'href="([^"]*)"', text) if query in link]


def test_a_platform_that_the_shop_does_not_know_is_junk(client):
    assert client.get("/admin/orders/?platform=nowhere").status_code == 400


@pytest.mark.parametrize("area", LISTS)
def test_an_id_out_of_range_is_no_fault(client, area):
    assert client.get(f"/admin/{area}/details/{'9' * 18}").status_code == 404
    assert client.get(f"/admin/{area}/details/{'9' * 40}").status_code == 400
    assert client.get(f"/admin/{area}/details/1,2").status_code == 400


@pytest.mark.parametrize("area", ["products", "incidents"])
def test_a_list_without_an_export_point_has_no_export(client, area):
    assert client.get(f"/admin/{area}/export/csv").status_code == 404
    assert "Export" not in client.get(f"/admin/{area}/").get_data(as_text=True)


def test_the_export_button_leads_to_what_is_shown(client):
    text = client.get("/admin/orders/?view=to_ship&search=T0&status=paid&cursor=last").get_data(as_text=True)

    assert 'href="/admin/orders/export/csv?view=to_ship&amp;search=T0&amp;status=paid"' in text
