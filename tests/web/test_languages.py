"""Languages: who chooses them, that pages really speak them, and what plugins bring."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask_babel import format_date, format_datetime
from flask_babel import lazy_gettext as _
from importing import run

from shopadmin import testing
from shopadmin.admin.languages import LANGUAGES
from shopadmin.contract import Badge, Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services import audit, preferences, settings
from shopadmin.services.imports import rejected
from shopadmin.services.transactions import writing

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
# Latin words that a Chinese page may show: names, and what a machine reads.
NAMES = re.compile(
    r"English|My shop|shopadmin|DEMO|Sample buyer \d+|[\w.]+@example\.com|\bOwner\b|\bTest\b|\btests\b"
    r"|\w+(\.\w+)*[.:]\w+|[0-9a-f]{8}|T\d+|CNY|SKU|API|IP|MB|UTF-8|GB18030|CSV|TSV|XLSX|JSON|ZIP|PNG|JPEG"
    r"|https://|POST|Authorization: Bearer|Idempotency-Key|\{\{\w+\}\}|&#34;\w+&#34;"
    r"|[A-Z]\w+/[A-Z]\w+|WebP|Amazon|Judge\.me|Loox|Olist|Shopify|WooCommerce|Yotpo"
)


def words_left(page: str) -> list[str]:
    """Texts of a page that hold English words beside names and code, which is to be typed as it stands."""
    visible = re.sub(r"<(script|style|svg|option|datalist|code)\b.*?</\1>|<!--.*?-->", " ", page, flags=re.DOTALL)
    labels = re.findall(r'(?:aria-label|title|placeholder|alt|data-copied)="([^"]*)"', visible)
    texts = [" ".join(text.split()) for text in [*re.split(r"<[^>]*>", visible), *labels]]
    return [text for text in texts if re.search(r"[A-Za-z]{3,}", NAMES.sub("", text))]


def speaking_chinese(client):
    with client.session_transaction() as cookie:
        cookie["language"] = "zh"
    return client


# --- who chooses


def test_the_browser_s_language_is_spoken_until_one_is_chosen(app):
    client = app.test_client()

    assert "登录" in client.get("/login", headers=CHINESE).text
    assert "Sign in" in client.get("/login", headers={"Accept-Language": "en-GB"}).text


def test_a_browser_with_neither_language_gets_the_shop_s(app):
    settings.save(None, language="zh")
    assert "登录" in app.test_client().get("/login", headers={"Accept-Language": "fr"}).text

    settings.save(None, language="en")
    assert "Sign in" in app.test_client().get("/login", headers={"Accept-Language": "fr"}).text


def test_switching_changes_the_page_and_the_account_without_a_log_out(app, client_as):
    app.config["WTF_CSRF_ENABLED"] = False
    client = client_as(owner=True)

    response = client.post("/preferences/language", data={"language": "zh", "next": "/admin/orders/"})

    assert response.location == "/admin/orders/"
    page = client.get("/admin/orders/").text
    assert '<html lang="zh"' in page
    assert "订单" in page
    owner = db.session.query(Account).filter_by(is_owner=True).one()
    assert preferences.load(owner.id)["language"] == "zh"


@pytest.mark.parametrize("language", ["", "fr", "zh_Hans_CN", "../en"])
def test_an_unknown_language_is_refused_and_nothing_changes(app, client_as, language):
    app.config["WTF_CSRF_ENABLED"] = False
    client = client_as(owner=True)

    response = client.post("/preferences/language", data={"language": language})

    assert response.status_code == 400
    assert '<html lang="en"' in client.get("/admin/").text
    assert db.session.query(Account).one().language == ""


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "/\\example.com"])
def test_switching_leads_to_no_other_site(app, target):
    app.config["WTF_CSRF_ENABLED"] = False

    response = app.test_client().post("/preferences/language", data={"language": "zh", "next": target})

    assert response.location == "/"


def test_a_terminal_speaks_the_shop_s_language(app):
    settings.save(None, language="zh")
    assert str(_("Orders")) == "订单"


# --- what pages say


def test_no_page_mixes_languages(app, client_as):
    testing.make_order()
    client = speaking_chinese(client_as(owner=True))
    addresses = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and rule.endpoint not in {"health", "ready"}
    )

    mixed = {}
    for address in addresses:
        response = client.get(address)
        if response.status_code != 302 and response.mimetype == "text/html" and (left := words_left(response.text)):
            mixed[address] = left

    assert len(addresses) > 15
    assert mixed == {}


@pytest.mark.parametrize("code", [403, 404, 405])
def test_error_pages_are_whole_in_chinese(app, client_as, code):
    client = speaking_chinese(client_as())
    asked = {403: ("GET", "/admin/orders/"), 404: ("GET", "/nowhere"), 405: ("POST", "/healthz")}[code]

    response = client.open(asked[1], method=asked[0])

    assert response.status_code in {code, 400}
    assert words_left(response.text) == []


def test_the_sign_in_form_answers_in_chinese(app):
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()

    empty = client.post("/login", data={}, headers=CHINESE).text
    wrong = client.post("/login", data={"email": "a@example.com", "password": "x"}, headers=CHINESE).text

    assert empty.count("该字段是必填字段。") == 2
    assert "邮箱或密码不正确。" in wrong
    assert words_left(empty) == words_left(wrong) == []


def test_one_row_and_many_have_the_same_form_in_chinese(app, client_as):
    client = speaking_chinese(client_as(owner=True))

    testing.make_order(1)
    assert "1 条" in client.get("/admin/orders/").text

    testing.make_order(2)
    assert "2 条" in client.get("/admin/orders/").text


def test_money_is_written_as_in_the_language(app, client_as):
    order_id = testing.make_order()
    testing.make_order(2)
    client = client_as(owner=True)

    english = client.get(f"/admin/orders/details/{order_id}").text
    chinese = speaking_chinese(client).get(f"/admin/orders/details/{order_id}").text

    assert "CN¥100.00" in english
    assert "CN¥" not in chinese
    assert "¥100.00" in chinese


@pytest.mark.parametrize("language", ["en", "zh"])
def test_days_and_times_of_pages_are_written_as_in_lists_whoever_writes_them(app, language):
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": language}):
        for_page = app.jinja_env.filters

        days = {
            for_page["date"](at),
            format_date(at),
            format_date(date(2026, 3, 2), "medium"),
            for_page["when"](at)[:10],
        }

        assert days == {"2026-03-02"}  # the shop is in Shanghai
        assert {format_datetime(at, "short"), for_page["when"](at)} == {"2026-03-02 04:00"}


@pytest.mark.parametrize(("language", "reason"), [("zh", "原因"), ("en", "Why")])
def test_rejected_rows_are_explained_in_the_shop_s_language(app, language, reason):
    settings.save(None, language=language)

    report = run({"products.csv": "sku,title,supplier,stock\nA1,Mug,Kiln,many\n"})

    assert report.files[0].counts["rejected"] == 1
    assert reason in rejected.file_of(report.run_id).read_text(encoding="utf-8-sig").splitlines()[0]


def test_the_activity_log_names_what_it_is_about(app, client_as):
    testing.make_order()
    client = speaking_chinese(client_as(owner=True))
    with writing():
        audit.record(None, "core.note.added", "order", 1)

    assert "订单 1" in client.get("/admin/activity/?object=订单 1").text
    assert "订单 1" in client.get("/admin/activity/?object=order 1").text
    assert "订单 1" not in client.get("/admin/activity/?object=订单 2").text


# --- what plugins bring


def plugin_at(package, text):
    """A plugin in a package folder, that says a text on every order."""
    manifest = Manifest(name="sample", title="Sample", version="1.0", api_version=1)
    return SimpleNamespace(
        __path__=[str(package)],
        shopadmin_manifest=hookimpl(lambda: manifest),
        shopadmin_order_badges=hookimpl(lambda orders: {order.id: [Badge(text)] for order in orders}),
    )


def write_catalog(package, texts):
    catalog = Catalog("zh_Hans_CN")
    for english, chinese in texts.items():
        catalog.add(english, chinese)
    file = package / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as target:
        write_mo(target, catalog)
    return file


def chinese_orders(app):
    with app.app_context():
        testing.make_order()
    client = speaking_chinese(testing.sign_in(app, testing.make_account(app, "core.orders:read")))
    return client.get("/admin/orders/")


def test_a_plugin_s_texts_are_translated_by_its_own_catalog(make_app, tmp_path):
    write_catalog(tmp_path, {"Fragile parcel": "易碎包裹"})

    response = chinese_orders(make_app(plugins={"sample": plugin_at(tmp_path, _("Fragile parcel"))}))

    assert "易碎包裹" in response.text
    assert "Fragile parcel" not in response.text


def test_a_plugin_cannot_reword_the_core(make_app, tmp_path):
    write_catalog(tmp_path, {"Orders": "已被改写", "Fragile parcel": "易碎包裹"})

    response = chinese_orders(make_app(plugins={"sample": plugin_at(tmp_path, _("Fragile parcel"))}))

    assert "已被改写" not in response.text
    assert "订单" in response.text


def test_a_damaged_catalog_costs_the_plugin_its_chinese_alone(make_app, tmp_path, caplog):
    write_catalog(tmp_path, {"Fragile parcel": "易碎包裹"}).write_bytes(b"\xde\x12\x04\x95 and then nothing")

    app = make_app(plugins={"sample": plugin_at(tmp_path, _("Fragile parcel"))})
    response = chinese_orders(app)

    assert response.status_code == 200
    assert "Fragile parcel" in response.text
    assert "订单" in response.text
    assert "plugin sample is not translated" in caplog.text


def test_every_language_of_the_switch_has_a_name_for_babel(app):
    assert [code for code, _name in LANGUAGES] == list(settings.LOCALES)
