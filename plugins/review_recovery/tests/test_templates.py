"""Variables of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.templates import render


def test_values_go_in():
    assert render("Order {{order.no}} of {{ shop.name }}", {"order.no": "A-1", "shop.name": "Tea"}).text == (
        "Order A-1 of Tea"
    )


def test_a_missing_value_is_named_and_the_text_may_not_be_sent():
    rendered = render("{{order.no}} {{order.date}}", {"order.no": "A-1", "order.date": " "})

    assert rendered.missing == ("order.date",)
    assert rendered.text == "A-1 {{order.date}}"
    assert not rendered.may_be_sent


def test_a_fallback_stands_in_for_a_missing_value():
    rendered = render("Hello {{buyer.salutation|there}}", {})

    assert rendered.text == "Hello there"
    assert rendered.may_be_sent


def test_an_open_fill_in_is_named_until_somebody_fills_it():
    text = "Photo: {{?photo_link}}"

    assert render(text, {}).open == ("photo_link",)
    assert not render(text, {}).may_be_sent
    assert render(text, {}, {"photo_link": "https://shop.example/p"}).text == "Photo: https://shop.example/p"


def test_an_unknown_name_is_found_and_never_sent():
    assert templates.read("{{order.total}} {{order.no}}").unknown == ("order.total",)
    assert not render("{{order.total}}", {"order.total": "5"}).may_be_sent


@pytest.mark.parametrize(
    "text", ["{{order.no", "order.no}}", "{{}}", "{{ORDER.NO}}", "{{order.no|}}", "{{?Photo}}", "{{?a|b}}", "{{a b}}",
             "{% for x in y %}", "{{order.no()}}", "{{''.__class__}}"],
)  # fmt: skip
def test_what_looks_like_a_variable_and_is_none_is_found(text):
    reading = templates.read(text)

    assert reading.malformed
    assert reading.places == ()


def test_a_value_is_no_template():
    rendered = render("{{line.title}}", {"line.title": "{{shop.name}}", "shop.name": "Tea"})

    assert rendered.text == "{{shop.name}}"


def test_a_value_adds_no_line_and_turns_no_direction():
    assert render("{{line.title}}!", {"line.title": "pot\r\nBcc: x\u202e\x00"}).text == "pot Bcc: x!"


def test_a_long_value_is_shortened_to_its_length():
    longest = templates.REGISTRY["line.title"].longest

    text = render("{{line.title}}", {"line.title": "x" * 500}).text
    assert len(text) == longest
    assert text.endswith("…")


@given(st.text(max_size=80), st.dictionaries(st.sampled_from(sorted(templates.REGISTRY)), st.text(max_size=20)))
def test_any_text_with_any_values_is_rendered_or_names_what_is_missing(text, values):
    rendered = render(text, values)

    assert rendered.may_be_sent or rendered.missing or rendered.open


@pytest.mark.parametrize("name", templates.REGISTRY)
def test_every_variable_says_what_it_is(name):
    variable = templates.REGISTRY[name]

    assert variable.source
    for language in ("en", "zh"):
        assert 0 < len(variable.example[language]) <= variable.longest
