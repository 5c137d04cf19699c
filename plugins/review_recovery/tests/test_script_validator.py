"""What the validator says of a script that is not fit: its shape, its texts."""

from dataclasses import replace

import pytest
from scripts_of_tests import changed, codes, redirected, shipped, with_edge, without_edge
from shopadmin_review_recovery import script_texts
from shopadmin_review_recovery.domain.scripts.graph import Edge
from shopadmin_review_recovery.domain.scripts.validate import validate
from shopadmin_review_recovery.script_findings import sms_parts, wording


def said(name, en, zh):
    return changed(name, lambda node: replace(node, say={"en": en, "zh": zh}))


def test_a_loop_without_a_way_out_is_named_with_its_nodes():
    script = redirected("guide_talk", "next", "close", redirected("close", "next", "guide_talk"))

    found = [finding for finding in validate(script, wording, sms_parts) if finding.code == "endless"]
    assert [(finding.node, finding.params["loop"]) for finding in found] == [("guide_talk", "guide_talk → close")]


def test_a_loop_that_can_be_left_is_fine():
    assert codes(with_edge("agree", "again", "agree")) == set()


def test_a_circle_of_guards_would_never_stop():
    script = redirected("ask_ok", "fail", "ask_ok")

    assert "machine_loop" in codes(script, "ask_ok")


def test_a_node_that_nothing_leads_to_is_found():
    assert "unreachable" in codes(redirected("product", "forgotten", "listen"), "remind")


def test_an_edge_to_nowhere_is_found():
    assert "unknown_target" in codes(redirected("explain", "next", "nowhere"), "explain")


def test_a_start_that_is_no_node_is_found():
    assert "no_start" in codes(replace(shipped(), start="nowhere"))


def test_a_node_without_edges_is_a_dead_end():
    assert "dead_end" in codes(without_edge("close", "next"), "close")


@pytest.mark.parametrize(("name", "on"), [("later", "no"), ("callback", "time")])
def test_a_question_needs_two_answers(name, on):
    assert "few_edges" in codes(without_edge(name, on), name)


def test_a_guard_neither_speaks_nor_acts():
    script = changed("ask_ok", lambda node: replace(node, effects=("remedy",)))

    assert "guard_speaks" in codes(script, "ask_ok")


def test_only_a_guard_checks():
    script = changed("comfort", lambda node: replace(node, checks=("platform",)))

    assert "checks_elsewhere" in codes(script, "comfort")


def test_a_message_needs_a_text_and_a_text_a_message():
    script = changed("steps", lambda node: replace(node, message=None))

    assert "message_and_text" in codes(script, "steps")


def test_a_booked_call_goes_on_where_the_script_says_only_if_that_exists():
    script = replace(shipped(), resume=(replace(shipped().resume[0], booked_at="close"),))

    assert "resume_target" in codes(script, "close")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("field", ["say", "purpose", "coaching"])
def test_a_missing_translation_is_named_with_field_and_language(field, language):
    def cut(node):
        texts = {key: text for key, text in getattr(node, field).items() if key != language}
        return replace(node, **{field: texts})

    found = [
        finding for finding in validate(changed("listen", cut), wording, sms_parts) if finding.code == "translation"
    ]
    assert [(one.node, one.params["field"], one.params["language"]) for one in found] == [("listen", field, language)]


def test_a_button_needs_its_word_in_both_languages():
    edges = tuple(Edge(edge.on, edge.to, {"en": "Yes"}) for edge in shipped().by_name["later"].edges)

    assert codes(changed("later", lambda node: replace(node, edges=edges)), "later") == {"translation"}


@pytest.mark.parametrize("text", ["{{order.total}}", "{{name}}", "{{order.__class__}}", "{{7*7}}", "{% if x %}", "{{"])
def test_an_unknown_variable_or_a_piece_of_code_is_found(text):
    assert codes(said("close", f"Goodbye {text}.", "再见。"), "close") & {"unknown_variable", "malformed"}


def test_a_spoken_text_has_nothing_to_fill_in():
    assert "fill_in_spoken" in codes(said("close", "Goodbye {{?name}}.", "再见。"), "close")


@pytest.mark.parametrize(
    ("rule", "en", "zh"),
    [
        ("pity", "I could lose my job over this.", "这个差评会影响我的绩效。"),
        ("pity", "I have been doing overtime for days.", "我为这事加班好几天了。"),
        ("punishment", "We will fire the employee who packed it.", "我们会开除打包的人。"),
        ("punishment", "Whoever packed it will be fined.", "对打包员严惩。"),
        ("blame", "It was the courier's fault.", "这是快递的错。"),
        ("blame", "That happened because of the factory.", "都怪厂家。"),
        ("next_discount", "You get a discount next time.", "下次给您优惠。"),
        ("false_name", "My name is Amy.", "我是小王。"),
        ("second_ask", "Please reconsider.", "请您再考虑一下。"),
        ("invitation_elsewhere", "You can change your review.", "您可以修改评价。"),
        ("invitation_elsewhere", "Could the rating be removed?", "差评能删掉吗？"),
        ("invitation_elsewhere", "Give us five stars.", "给个五星。"),
    ],
)
def test_what_is_never_said_is_found_in_both_languages(rule, en, zh):
    ours, theirs = "Thank you.", "谢谢。"

    assert rule in codes(said("close", en, theirs), "close")
    assert rule in codes(said("close", ours, zh), "close")


def test_the_invitation_asks_for_no_praise():
    assert "praise" in codes(said("ask", "Would you make it five stars?", "改成好评可以吗？"), "ask")


def test_the_wording_check_of_the_core_is_asked():
    script = said("comfort", "We refund you if you remove the review.", "删除差评就给您退款。")

    assert "wording" in codes(script, "comfort")


def test_every_finding_has_a_sentence_that_names_the_node_and_a_remedy():
    script = replace(redirected("close", "next", "guide_talk"), anywhere={}, is_recorded=True)
    findings = validate(redirected("product", "yes", "nowhere", script), wording, sms_parts)

    assert len({finding.code for finding in findings}) >= 5
    for finding in findings:
        line = script_texts.line(finding)
        assert line.startswith(f"{finding.node}: ") or not finding.node
        assert "%(" not in line
        assert line.endswith(".") or "]" in line
