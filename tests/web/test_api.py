"""The storefront API from outside: who is let in, what is refused how, and that a refusal changes nothing."""

import gzip
import json
import threading
from datetime import UTC, datetime, timedelta

import parcels
import pytest
from flask_babel import gettext
from parcels import ROOT, plugin
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from werkzeug import Request

from shopadmin import hook_guard, testing
from shopadmin.api_contract import ApiAnswer, ApiEndpoint
from shopadmin.hook_guard import HookFailure
from shopadmin.http_api import problems
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.api import ApiIdempotency, ApiToken
from shopadmin.models.imports import ImportMapping
from shopadmin.models.settings import Setting
from shopadmin.services import access, api_tokens, idempotency, plugins
from shopadmin.services.transactions import writing
from shopadmin.testing import check_problem

PATH = "/parcels/parcels"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def buyer(storefront):
    return storefront.for_buyer("someone")


def parcel_count():
    return db.session.scalar(select(func.count()).select_from(Setting).where(Setting.key.startswith("parcels:")))


def stored_count():
    return db.session.scalar(select(func.count()).select_from(ApiIdempotency))


# --- who is let in


def test_a_storefront_mints_a_token_with_which_its_buyer_calls(storefront, buyer):
    sent = buyer.post(PATH, {"weight": 5})

    assert sent.status_code == 201
    assert sent.get_json()["buyer"] == "someone"
    assert buyer.get(PATH).get_json()["items"] == [sent.get_json()]
    assert storefront.for_buyer("another").get(PATH).get_json()["items"] == []


def test_the_database_holds_no_token(shop, storefront):
    (row,) = db.session.scalars(select(ApiToken))

    assert storefront.token.startswith("shop_st_")
    assert storefront.token not in str(vars(row))
    assert row.token_hash == api_tokens.token_hash(storefront.token)


@pytest.mark.parametrize("header", ["", "Basic c29tZQ==", "Bearer", "Bearer ", "Bearer nonsense", "Bearer shop_st_x",
                                    "Bearer shop_bt_x.y", "Bearer \xe4\xf6"])  # fmt: skip
def test_without_a_valid_token_nobody_is_let_in(shop, header):
    answer = shop.test_client().get(f"/api/v1{PATH}", headers={"Authorization": header} if header else {})

    check_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_is_no_token(shop, buyer):
    answer = shop.test_client().get(f"/api/v1{PATH}?token={buyer.token}&access_token={buyer.token}")

    check_problem(answer, 401, "unauthenticated")


def test_a_revoked_token_and_the_buyers_tokens_it_minted_are_refused_at_the_next_request(shop, storefront, buyer):
    before = buyer.get(PATH).status_code
    api_tokens.revoke(None, db.session.scalar(select(ApiToken.id)))

    assert before == 200
    check_problem(buyer.get(PATH), 401, "unauthenticated")
    check_problem(storefront.post("/buyer-tokens", {"platform": "test", "buyer_ref": "x"}), 401, "unauthenticated")


def test_token_effective_is_scope_and_current_grants(shop):
    owner_id = testing.make_account(shop, is_owner=True)
    owner = access.load_actor(owner_id)
    client = testing.ApiClient(shop, api_tokens.create(owner, "Mine", ["wallet"], None).text).for_buyer()
    before = client.get(PATH).status_code
    with writing() as session:
        session.execute(update(Account).values(is_owner=False))

    assert before == 200
    check_problem(client.get(PATH), 401, "unauthenticated")


def test_deactivate_kills_tokens_next_request(shop):
    owner = access.load_actor(testing.make_account(shop, is_owner=True))
    client = testing.ApiClient(shop, api_tokens.create(owner, "Mine", ["wallet"], None).text).for_buyer()
    with writing() as session:
        session.execute(update(Account).values(active=False))

    check_problem(client.get(PATH), 401, "unauthenticated")


def test_a_token_that_has_run_out_is_refused(shop, storefront, buyer):
    with writing() as session:
        session.execute(update(ApiToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))

    check_problem(storefront.get(PATH), 401, "unauthenticated")
    check_problem(buyer.get(PATH), 401, "unauthenticated")


def test_a_buyers_token_ends_after_fifteen_minutes_and_cannot_be_altered(shop, buyer):
    now = datetime.now(UTC)
    read = api_tokens.read(buyer.token, now + timedelta(minutes=14, seconds=58))

    assert read.buyer.ref == "someone"
    with pytest.raises(api_tokens.BadTokenError):
        api_tokens.read(buyer.token, now + timedelta(minutes=15))
    for altered in (buyer.token[:-1], buyer.token + "A", "shop_bt_" + "e30." + buyer.token.split(".")[-1]):
        with pytest.raises(api_tokens.BadTokenError):
            api_tokens.read(altered, now)


def test_a_scope_that_the_token_has_not_is_refused(shop):
    reader = testing.api_client(shop, "wallet").for_buyer()

    found = check_problem(reader.post(PATH, {"weight": 5}), 403, "scope_missing")

    assert found["reasons"] == ["claims"]
    assert parcel_count() == 0


def test_a_storefront_cannot_mint_beyond_its_own_scopes(shop):
    narrow = testing.api_client(shop, "wallet")
    body = {"platform": "test", "buyer_ref": "x", "scopes": ["wallet", "payments"]}

    assert check_problem(narrow.post("/buyer-tokens", body), 403, "scope_missing")["reasons"] == ["payments"]


def test_a_buyers_token_holds_what_may_reach_a_browser_unless_more_is_asked_for(storefront):
    body = {"platform": "test", "buyer_ref": "x"}
    plain = storefront.post("/buyer-tokens", body).get_json()
    asked = storefront.post("/buyer-tokens", body | {"scopes": ["payments"]}).get_json()

    assert (plain["scopes"], plain["server_only"]) == (["claims", "wallet"], False)
    assert (asked["scopes"], asked["server_only"]) == (["payments"], True)


@pytest.mark.parametrize(
    "ref",
    ["", " ", "  ", " dup1", "dup1 ", "\tdup1", "du\np1", "dup1\u3000", "dup1\u200b", "\ufeffdup1", "du\u202ep1",
     "\x85dup1", "x" * 121, "\ufdfa" * 20],
    ids=ascii,
)  # fmt: skip
def test_a_buyer_cannot_be_named_by_what_nobody_sees(storefront, ref):
    answer = storefront.post("/buyer-tokens", {"platform": "test", "buyer_ref": ref})

    assert check_problem(answer, 422, "invalid_request")["errors"][0]["field"] == "buyer_ref"


def test_a_buyer_is_one_however_wide_the_letters_are_and_capitals_count(storefront):
    storefront.for_buyer("dup1").post(PATH, {"weight": 5})

    wide, other = (storefront.for_buyer(ref).get(PATH).get_json()["items"] for ref in ("ｄｕｐ１", "Dup1"))

    assert [parcel["buyer"] for parcel in wide] == ["dup1"]
    assert other == []
    assert storefront.for_buyer("Sample buyer · 买家1").get(PATH).status_code == 200


def test_a_platform_that_the_shop_does_not_know_is_refused_with_those_it_knows(storefront):
    answer = storefront.post("/buyer-tokens", {"platform": "nope", "buyer_ref": "x"})

    found = check_problem(answer, 409, "unknown_platform")
    assert {"taobao", "shopify", "own", "test"} <= set(found["reasons"])
    assert "taobao" in found["detail"]


def test_a_platform_that_the_owner_named_while_importing_is_known(storefront):
    with writing() as session:
        row = ImportMapping(headings_sha256="0" * 64, kind="orders", platform="my_shop", columns={}, created_at=NOW)
        session.add(row)

    assert storefront.for_buyer("someone", platform="my_shop").get(PATH).status_code == 200


def test_a_buyers_token_mints_none(buyer):
    answer = buyer.post("/buyer-tokens", {"platform": "test", "buyer_ref": "victim"})

    check_problem(answer, 403, "storefront_needed")


def test_what_needs_a_buyer_is_refused_to_the_storefront_itself(storefront):
    check_problem(storefront.get(PATH), 403, "buyer_needed")


@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_a_browser_cannot_call_what_is_the_servers_alone(storefront, header):
    check_problem(storefront.post(f"{PATH}/1/deliveries", headers=header), 403, "server_only")
    assert storefront.post(f"{PATH}/1/deliveries").status_code == 200


def test_a_cookie_opens_no_endpoint_and_a_token_no_page(shop, storefront):
    owner = testing.sign_in(shop, testing.make_account(shop, is_owner=True))

    by_cookie = owner.get(f"/api/v1{PATH}")
    by_token = shop.test_client().get("/admin/orders/", headers={"Authorization": f"Bearer {storefront.token}"})

    check_problem(by_cookie, 401, "unauthenticated")
    assert by_token.status_code == 302
    assert "Set-Cookie" not in by_cookie.headers
    assert "Cookie" not in by_cookie.headers["Vary"]


def test_a_buyer_cannot_tell_anothers_from_what_is_not_there(storefront, buyer):
    before = storefront.for_buyer("other").get(f"{PATH}/000000001")
    own = buyer.post(PATH, {"weight": 5}).get_json()["id"]

    foreign = storefront.for_buyer("other").get(f"{PATH}/{own}")

    check_problem(foreign, 404, "not_found")
    assert foreign.data == before.data


def test_a_plugin_that_is_off_has_no_endpoint(shop, buyer):
    plugins.disable(None, "parcels")

    check_problem(buyer.get(PATH), 404, "not_found")


def test_the_use_of_a_token_is_noted_now_and_then(shop, buyer):
    first = db.session.scalar(select(ApiToken.last_used_at))
    buyer.get(PATH)
    db.session.rollback()

    assert first is not None
    assert db.session.scalar(select(ApiToken.last_used_at)) == first


# --- what a body may be

DEEP = "[" * 80 + "]" * 80
BAD_BODIES = {
    "not JSON": (b'{"weight": 5', 400),
    "duplicate names": (b'{"weight": 5, "weight": 6}', 400),
    "NaN": (b'{"weight": NaN}', 400),
    "infinity": (b'{"weight": -Infinity}', 400),
    "1e309": (b'{"weight": 1e309}', 400),
    "10^30": (b'{"weight": 1000000000000000000000000000000}', 400),
    "2^63": (b'{"weight": 9223372036854775808}', 400),
    "many digits": (b'{"weight": ' + b"9" * 5000 + b"}", 400),
    "80 levels": (b'{"weight": 5, "note": ' + DEEP.encode() + b"}", 400),
    "30,000 levels": (b"[" * 30_000 + b"]" * 30_000, 400),
    "lone surrogate": (b'{"weight": 5, "note": "\\ud800"}', 400),
    "NUL": (b'{"weight": 5, "note": "a\\u0000b"}', 400),
    "not UTF-8": (b'{"weight": 5, "note": "\xff"}', 400),
    "empty": (b"", 400),
    "true for a number": (b'{"weight": true}', 422),
    "text for a number": (b'{"weight": "5"}', 422),
    "a fraction": (b'{"weight": 5.5}', 422),
    "negative": (b'{"weight": -1}', 422),
    "unknown field": (b'{"weight": 5, "status": "paid"}', 422),
    "a buyer": (b'{"weight": 5, "buyer": "victim"}', 422),
    "missing": (b"{}", 422),
    "an array": (b"[]", 422),
    "null": (b"null", 422),
}


@pytest.mark.parametrize("path", [PATH, "/parcels/batches", "/parcels/weights"])
@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_and_changes_nothing(buyer, name, path):
    data, status = BAD_BODIES[name]

    answer = buyer.post(path, data=data, content_type="application/json")

    check_problem(answer, status, "invalid_json" if status == 400 else "invalid_request")
    assert parcel_count() == stored_count() == 0


def test_a_wrong_value_is_named_by_field_and_never_shown_again(buyer):
    found = check_problem(buyer.post(PATH, {"weight": "13900139777"}), 422, "invalid_request")

    assert found["errors"] == [{"field": "weight", "code": "int_type", "message": "has the wrong type"}]
    assert "13900139777" not in json.dumps(found)


def test_a_body_that_is_no_plain_json_is_refused(buyer):
    packed = gzip.compress(b'{"weight": 5}')
    wrong = [
        buyer.post(PATH, data=b'{"weight": 5}', content_type="text/plain"),
        buyer.post(PATH, data=b'{"weight": 5}', content_type="application/json; charset=utf-16"),
        buyer.post(PATH, data=b'{"weight": 5}'),
        buyer.post(PATH, data=packed, content_type="application/json", headers={"Content-Encoding": "gzip"}),
    ]

    for answer in wrong:
        check_problem(answer, 415, "unsupported_media_type")
    assert parcel_count() == 0


def test_a_body_beyond_64_kib_is_refused(buyer):
    data = json.dumps({"weight": 5, "note": "x" * 65_536}).encode()

    check_problem(buyer.post(PATH, data=data, content_type="application/json"), 413, "too_large")


def test_an_endpoint_without_a_body_takes_none(storefront):
    assert storefront.post(f"{PATH}/1/deliveries", {}).status_code == 200
    check_problem(storefront.post(f"{PATH}/1/deliveries", {"amount": 1}), 422, "invalid_request")


def test_query_strings_are_checked_as_well(buyer):
    assert buyer.get(f"{PATH}?limit=1000000").status_code == 200
    for query in ("limit=0", "limit=x", "limit=1&limit=2", "unknown=1", "limit=", "cursor=%00"):
        check_problem(buyer.get(f"{PATH}?{query}"), 422, "invalid_request")
    check_problem(buyer.get(f"{PATH}?cursor=junk"), 404, "invalid_cursor")


def test_a_list_is_walked_page_by_page(buyer):
    for weight in range(1, 6):
        buyer.post(PATH, {"weight": weight})
    seen, cursor = [], ""
    while cursor is not None:
        page = buyer.get(f"{PATH}?limit=2&cursor={cursor}").get_json()
        seen += [parcel["weight"] for parcel in page["items"]]
        cursor = page["next_cursor"]

    assert seen == [1, 2, 3, 4, 5]


def test_a_list_that_did_not_change_is_not_sent_again(buyer):
    first = buyer.get(PATH)
    again = buyer.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    buyer.post(PATH, {"weight": 5})

    assert (again.status_code, again.data) == (304, b"")
    assert buyer.get(PATH, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_request_for_the_head_alone_gets_the_headers_of_the_answer_and_no_body(shop, buyer):
    whole = buyer.get(PATH)

    head = shop.test_client().head(f"/api/v1{PATH}", headers={"Authorization": f"Bearer {buyer.token}"})

    assert (head.status_code, head.data) == (200, b"")
    assert (head.headers["ETag"], head.headers["Content-Length"]) == (whole.headers["ETag"], str(len(whole.data)))


# --- errors


def test_every_error_under_the_api_is_a_problem_document(shop, buyer):
    client = shop.test_client()

    check_problem(client.get("/api/v1/nowhere"), 404, "not_found")
    wrong_method = client.delete(f"/api/v1{PATH}")
    check_problem(wrong_method, 405, "method_not_allowed")
    assert "POST" in wrong_method.headers["Allow"]
    check_problem(client.get(f"/api/v1{PATH}", headers={"Host": "evil.example"}), 400, "bad_request")
    check_problem(client.get(f"/api/v1{PATH}", environ_base={"REMOTE_ADDR": "192.0.2.7"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", f"{PATH}/"), ("POST", f"{PATH}/"), ("POST", "//parcels/parcels"), ("POST", f"{PATH}//"), ("GET", "/"),
     ("GET", "/openapi.json/"), ("GET", "//openapi.json"), ("GET", f"{PATH}/7/"), ("POST", f"{PATH}/7/deliveries/"),
     ("GET", f"{PATH}//7"), ("POST", f"{PATH}/7//deliveries")],
)  # fmt: skip
def test_an_address_that_is_nearly_one_is_not_there_and_sends_nobody_on(shop, storefront, method, address):
    header = {"Authorization": f"Bearer {storefront.token}"}
    path = f"/api/v1{address}"

    answer = shop.test_client().open(method=method, headers=header, environ_overrides={"PATH_INFO": path})

    found = answer.get_json()
    assert (answer.status_code, found["code"], found["instance"]) == (404, "not_found", path)
    assert answer.content_type == "application/problem+json"


def test_the_language_is_the_callers_choice(shop):
    client = shop.test_client()

    english = client.get("/api/v1/nowhere", headers={"Accept-Language": "fr"}).get_json()
    chinese = client.get("/api/v1/nowhere", headers={"Accept-Language": "zh-CN"}).get_json()

    assert english["title"] == "There is no such thing here"
    assert chinese["title"] != english["title"]
    assert chinese["code"] == english["code"]


def test_a_fault_of_a_plugin_costs_its_own_endpoint_and_tells_a_reference_alone(shop, buyer):
    answer = buyer.post(PATH, {"weight": 5, "note": parcels.FAULT})

    found = check_problem(answer, 500, "internal_error")
    assert len(found["reference"]) == 8
    assert "on purpose" not in answer.text.replace("a planted fault, on purpose", "")
    assert parcel_count() == stored_count() == 0
    assert parcels.announced == []
    failures = shop.extensions["shopadmin.hooks"].failures
    assert [(failure.plugin, failure.hook) for failure in failures] == [("parcels", f"API POST {ROOT}")]
    assert buyer.get(PATH).status_code == 200


@pytest.mark.parametrize(("found", "kind"), [({"id": "1"}, "dict"), (None, "NoneType")])
def test_an_endpoint_that_answers_something_else_is_a_fault_of_its_plugin(make_app, found, kind):
    odd = ApiEndpoint("GET", ROOT, "wallet", "Odd", lambda call: found, parcels.Parcel)
    app = make_app({"parcels": plugin(odd)})

    check_problem(testing.api_client(app).for_buyer().get(PATH), 500, "internal_error")

    failures = app.extensions["shopadmin.hooks"].failures
    assert [failure.error for failure in failures] == [f"TypeError: {kind} instead of ApiAnswer"]


def test_an_endpoint_without_effect_cannot_write(buyer):
    answer = buyer.post("/parcels/weights", {"weight": 5, "note": parcels.FAULT})

    check_problem(answer, 500, "internal_error")
    assert parcel_count() == 0


def test_a_database_that_does_not_answer_is_a_503_that_asks_to_repeat(shop, buyer, monkeypatch):
    def locked(*_arguments, **_more):
        raise OperationalError("select", {}, Exception("database is locked"))

    monkeypatch.setattr(idempotency, "store_answers", locked)

    answer = buyer.post(PATH, {"weight": 5})

    check_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert parcel_count() == 0


def endpoint(path, run, **changes):
    """An endpoint of the sample plugin that answers with what ``run`` says."""
    return ApiEndpoint("POST", f"/api/v1/parcels/{path}", "claims", "Try", run, parcels.Parcel, **changes)


BODY = {"id": "1", "buyer": "b", "weight": 1}


@pytest.mark.parametrize("location", ["https://evil.example/x", "//evil.example/x", "/\\evil.example"])
def test_no_answer_leads_to_another_host(make_app, location):
    app = make_app({"parcels": plugin(endpoint("tries", lambda _call: ApiAnswer(BODY, location=location)))})

    answer = testing.api_client(app).for_buyer().post("/parcels/tries")

    assert answer.status_code == 200
    assert "Location" not in answer.headers


def test_an_answer_without_content_has_no_length(make_app):
    app = make_app({"parcels": plugin(endpoint("tries", lambda _call: ApiAnswer(BODY, status=204)))})

    answer = testing.api_client(app).for_buyer().post("/parcels/tries")

    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Length" not in answer.headers


def test_what_an_endpoint_says_in_words_is_in_the_callers_language(make_app):
    app = make_app({"parcels": plugin(endpoint("tries", lambda _call: ApiAnswer(BODY | {"id": gettext("Orders")})))})
    buyer = testing.api_client(app).for_buyer()

    words = {
        language: buyer.post("/parcels/tries", headers={"Accept-Language": language}).get_json()["id"]
        for language in ("en", "zh")
    }

    assert words["en"] == "Orders"
    assert words["zh"] != "Orders"


def test_the_document_says_which_language_it_is_in(shop):
    answer = shop.test_client().get("/api/v1/openapi.json", headers={"Accept-Language": "zh"})

    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize("origin", ["http://[", "null", "http://evil.example", "https://localhost"])
def test_what_a_foreign_page_sends_is_refused_before_anybody_looks_at_it(shop, buyer, origin):
    check_problem(buyer.post(PATH, {"weight": 5}, headers={"Origin": origin}), 400, "bad_request")
    assert shop.test_client().post("/login", headers={"Origin": origin}).status_code == 400
    assert parcel_count() == 0


# --- floods


def stand_still(app):
    """Let no time pass for the limits: a slow machine would never reach them."""
    admission = app.extensions["shopadmin.api"].admission
    admission._buyers._clock = admission._storefronts._clock = lambda: 1000.0


def test_a_buyer_who_calls_too_often_waits(make_app):
    app = make_app({"parcels": plugin()}, API_CALLS_PER_BUYER=10)
    stand_still(app)
    storefront = testing.api_client(app)
    first, second = storefront.for_buyer("eager"), storefront.for_buyer("eager")

    answers = [client.get(PATH) for client in (first, second) * 6]

    assert {answer.status_code for answer in answers[:10]} == {200}
    check_problem(answers[10], 429, "too_many_requests")
    assert int(answers[10].headers["Retry-After"]) >= 1
    assert storefront.for_buyer("calm").get(PATH).status_code == 200


def test_a_storefront_that_calls_too_often_waits(make_app):
    app = make_app({"parcels": plugin()}, API_CALLS_PER_TOKEN=3)
    stand_still(app)
    storefront = testing.api_client(app)

    answers = [storefront.post(f"{PATH}/1/deliveries").status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_a_refusal_is_put_into_words_inside_a_change_while_a_slow_plugin_waits_to_be_noted(make_app):
    """What ends meanwhile must not want the write lock that the change holds: on SQLite it would wait for ever."""
    app = make_app()
    here = app.extensions["shopadmin.api"].place(Request({"PATH_INFO": "/api/v1/x"}))
    said = []

    def refuse():
        with app.app_context(), writing():
            hook_guard.record().unstored.append(HookFailure("slow", "x", "took 400 ms", datetime.now(UTC), "", "slow"))
            said.append(problems.in_language(here, problems.NOT_FOUND.title))

    thread = threading.Thread(target=refuse, daemon=True)
    thread.start()
    thread.join(20)

    assert said == ["There is no such thing here"]
