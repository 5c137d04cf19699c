"""The shipped script: valid, complete in both languages, and every way through it ends as the rules say."""

from dataclasses import replace

import pytest
from scripts_of_tests import changed, codes, paths, redirected, shipped, with_edge, without_edge
from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.scripts import graph, reach, walking
from shopadmin_review_recovery.domain.scripts.validate import validate
from shopadmin_review_recovery.script_findings import sms_parts, wording

SCRIPT = shipped()
STATES = {
    "end": "waiting_internal", "queue": "contacting", "booked": "waiting_buyer", "waiting_buyer": "waiting_buyer",
    "refused": "refused", "on_hold": "on_hold", "unreachable": "unreachable", "new_request": "waiting_approval",
}  # fmt: skip


def test_the_shipped_script_may_be_published():
    assert validate(SCRIPT, wording, sms_parts) == ()


def test_every_path_ends_and_together_they_pass_every_edge_and_every_exit():
    walked = [*paths(SCRIPT), *paths(SCRIPT, "later"), *paths(SCRIPT, "appoint")]

    passed = {pair for at, outcomes in walked for pair in zip(at.path, outcomes, strict=True)}
    assert all(at.exit in graph.EXITS for at, _outcomes in walked)
    assert passed == {(node.name, edge.on) for node in SCRIPT.nodes if _is_ahead(node) for edge in node.edges}
    assert {at.exit for at, _outcomes in walked} == set(graph.EXITS) - {"on_hold"}


def _is_ahead(node):
    return node.name not in ("complaint_note",)


@pytest.mark.parametrize("booked_at", ["", "later", "appoint"])
def test_on_no_path_is_the_invitation_made_twice_or_without_the_guard_right_before_it(booked_at):
    for at, outcomes in paths(SCRIPT, booked_at):
        asked = [position for position, name in enumerate(at.path) if name == "ask"]
        assert len(asked) <= 1
        for position in asked:
            assert (at.path[position - 1], outcomes[position - 1]) == ("ask_ok", "pass")
            assert at.path[0] == "gate"
            assert not {"remedy_set", "approval"} & set(at.path[position:])


def test_a_call_booked_at_later_asks_who_it_is_and_enters_at_comfort():
    at = walking.step(SCRIPT, walking.step(SCRIPT, walking.start(SCRIPT, "later"), "allow"), "yes")

    assert at.path == ("gate", "identity", "comfort")


def test_a_first_call_goes_on_to_the_product():
    at = walking.step(SCRIPT, walking.step(SCRIPT, walking.start(SCRIPT), "allow"), "yes")

    assert at.path == ("gate", "identity", "product")


@pytest.mark.parametrize("name", [node.name for node in SCRIPT.nodes])
def test_stop_threat_and_complaint_are_one_step_away_from_every_node(name):
    follows = {edge.on: edge.to for edge in SCRIPT.edges_from(SCRIPT.by_name[name])}

    for on, target in (("stop", "stop"), ("threat", "evidence"), ("complaint", "complaint_note")):
        assert follows.get(on) == target or name == target
    assert follows.get("demand") == ("no_trade" if name == "ask" else "evidence") or name == "evidence"


@pytest.mark.parametrize("name", ["stop", "evidence", "complaint_note", "warm_close", "refuse", "no_trade", "hesitate"])
def test_after_a_no_nothing_leads_to_the_invitation_or_to_money(name):
    ahead = reach.after(reach.targets(SCRIPT), name)

    assert not ahead & {"ask", "ask_ok", "remedy", "remedy_set", "approval", "later"}


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["allow", "no"], "unreachable"),
        (["allow", "silent"], "waiting_internal"),
        (["allow", "busy"], "waiting_buyer"),
        (["hold"], "contacting"),
        (["deny"], "waiting_internal"),
        (["allow", "yes", "yes", "complaint"], "on_hold"),
        (["allow", "yes", "yes", "threat"], "on_hold"),
        (["allow", "stop"], "refused"),
        (["allow", "yes", "yes", "told", "next", "other", "next", "above_limit", "next"], "waiting_approval"),
        (["allow", "yes", "yes", "all_well", "next", "pass", "refuses", "next"], "refused"),
        (["allow", "yes", "yes", "all_well", "next", "pass", "demand", "problem_left"], "waiting_approval"),
    ],
)
def test_a_run_leaves_the_case_in_the_state_that_the_rules_name(outcomes, state):
    at = walking.start(SCRIPT)
    for on in outcomes:
        at = walking.step(SCRIPT, at, on)
    while at.exit is None:
        at = walking.step(SCRIPT, at, SCRIPT.by_name[at.node].edges[0].on)

    assert walking.case_state(SCRIPT, at.path, at.exit) == state


def test_a_second_call_that_nobody_answers_makes_the_buyer_unreachable():
    at = walking.start(SCRIPT)
    for on in ("allow", "silent", "second"):
        at = walking.step(SCRIPT, at, on)

    assert walking.case_state(SCRIPT, at.path, at.exit) == "unreachable"


def test_a_run_that_is_over_takes_no_step():
    at = walking.step(SCRIPT, walking.start(SCRIPT), "deny")

    with pytest.raises(walking.NoSuchStepError):
        walking.step(SCRIPT, at, "allow")


@pytest.mark.parametrize("language", graph.LANGUAGES)
def test_every_text_is_complete_with_the_values_of_the_registry(language):
    for node in SCRIPT.nodes:
        for texts in (node.say, node.send):
            if texts:
                assert "{{" not in templates.example(texts[language], language)


# Each guard edge that is bent, each thing a guard asks that is taken away: found, at the node where it was done.


@pytest.mark.parametrize("name", [node.name for node in SCRIPT.nodes if node.name != "ask_ok"])
def test_no_other_node_may_lead_to_the_invitation(name):
    on = SCRIPT.by_name[name].edges[0].on

    assert "around_guard" in codes(redirected(name, on, "ask"), name)


@pytest.mark.parametrize("on", ["open", "fail"])
def test_what_the_guard_did_not_pass_does_not_lead_to_the_invitation(on):
    assert "around_guard" in codes(redirected("ask_ok", on, "ask"), "ask_ok")


@pytest.mark.parametrize("on", ["stop", "threat", "demand", "complaint"])
def test_what_leads_there_from_everywhere_does_not_lead_to_the_invitation(on):
    script = replace(SCRIPT, anywhere={**SCRIPT.anywhere, on: "ask"})

    assert "around_guard" in codes(script, "ask")


def test_no_booked_call_enters_at_the_invitation():
    script = replace(SCRIPT, resume=(replace(SCRIPT.resume[0], to="ask"),))

    assert "around_guard" in codes(script, "identity")


@pytest.mark.parametrize("check", sorted(graph.BEFORE_INVITATION))
def test_the_guard_before_the_invitation_asks_everything(check):
    script = changed("ask_ok", lambda node: replace(node, checks=tuple(set(node.checks) - {check})))

    assert {"guard_lacks", "around_guard"} <= codes(script, "ask_ok")


@pytest.mark.parametrize("on", ["pass", "open", "fail"])
def test_the_guard_before_the_invitation_keeps_its_edges(on):
    assert "outcomes" in codes(without_edge("ask_ok", on), "ask_ok")


@pytest.mark.parametrize("on", ["allow", "hold", "deny"])
def test_the_contact_gate_keeps_its_edges(on):
    assert "outcomes" in codes(without_edge("gate", on), "gate")


@pytest.mark.parametrize("on", ["hold", "deny"])
def test_what_the_contact_gate_did_not_allow_leads_to_no_node(on):
    assert "gate_leak" in codes(redirected("gate", on, "identity"), "gate")


def test_no_call_begins_without_the_contact_gate():
    assert "gate_first" in codes(replace(SCRIPT, start="identity"), "identity")


@pytest.mark.parametrize("on", ["stop", "threat", "demand", "complaint"])
def test_nobody_takes_away_what_a_buyer_may_say_at_any_time(on):
    script = replace(SCRIPT, anywhere={key: to for key, to in SCRIPT.anywhere.items() if key != on})

    assert "anywhere_lacks" in codes(script)


@pytest.mark.parametrize("on", ["stop", "threat", "complaint", "demand"])
def test_nobody_bends_it_at_one_node(on):
    assert "anywhere_bent" in codes(with_edge("listen", on, "comfort"), "listen")


@pytest.mark.parametrize(
    ("name", "effect"), [("stop", "block_stop"), ("evidence", "evidence"), ("complaint_note", "alert_owner")]
)
def test_what_they_say_has_its_effect(name, effect):
    script = changed(name, lambda node: replace(node, effects=tuple(set(node.effects) - {effect})))

    assert "anywhere_effect" in codes(script, name)


@pytest.mark.parametrize("name", ["stop", "evidence", "complaint_note"])
def test_the_conversation_is_over_then(name):
    assert "anywhere_goes_on" in codes(redirected(name, "next", "comfort"), name)


def test_nothing_is_said_after_stop():
    script = changed("stop", lambda node: replace(node, say={"en": "Goodbye.", "zh": "再见。"}))

    assert "stop_speaks" in codes(script, "stop")


def test_a_refusal_is_noted_where_it_is_heard():
    script = changed("refuse", lambda node: replace(node, effects=()))

    assert "refusal_unheard" in codes(script, "ask")


@pytest.mark.parametrize("on", ["agrees", "hesitates", "refuses", "demand"])
def test_the_invitation_hears_every_answer(on):
    assert "invitation_outcomes" in codes(without_edge("ask", on), "ask")


@pytest.mark.parametrize(("name", "to"), [("hesitate", "remedy_set"), ("guide_talk", "approval")])
def test_g5_no_compensation_comes_after_the_invitation(name, to):
    assert "money_after_invitation" in codes(redirected(name, "next", to), to)


def test_g5_no_money_is_named_after_the_invitation():
    say = {"en": "Then {{remedy.summary}}.", "zh": "那就{{remedy.summary}}。"}

    assert "money_named_after_invitation" in codes(changed("agree", lambda node: replace(node, say=say)), "agree")


def test_g3_nobody_is_asked_twice():
    assert "second_invitation" in codes(redirected("hesitate", "next", "ask_ok"), "ask")


def test_nothing_of_the_order_is_told_before_it_is_known_who_listens():
    say = {"en": "It is about order {{order.no}}.", "zh": "关于{{order.no}}。"}

    script = changed("callback", lambda node: replace(node, say=say))
    assert "private_before_identity" in codes(script, "callback")


def test_g17_a_recorded_call_needs_a_notice_before_anybody_tells_anything():
    assert "recording_unannounced" in codes(replace(SCRIPT, is_recorded=True), "listen")


def test_g17_a_notice_on_one_way_alone_is_not_enough():
    notice = graph.Node(
        "notice", "say", (graph.Edge("next", "listen"),), {"en": "Notice", "zh": "告知"},
        {"en": "This call is recorded.", "zh": "本次通话会录音。"}, role="recording_notice",
    )  # fmt: skip
    recorded = replace(SCRIPT, is_recorded=True, nodes=(*SCRIPT.nodes, notice))

    assert "recording_unannounced" in codes(redirected("product", "yes", "notice", recorded), "listen")
    everywhere = redirected("remind", "yes", "notice", redirected("product", "yes", "notice", recorded))
    assert codes(everywhere) == set()
