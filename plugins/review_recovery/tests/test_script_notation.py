"""A script as YAML: there and back, and what is refused with the line where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts_of_tests import TEXT, shipped
from shopadmin_review_recovery import script_texts
from shopadmin_review_recovery.domain.scripts import graph, notation, yaml_text
from shopadmin_review_recovery.domain.scripts.graph import Edge, Node, Script

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name not in graph.EXITS)
WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30).map(
    lambda text: notation._Reader()._text(text)
)
TEXTS = st.fixed_dictionaries({"en": WORDS, "zh": WORDS}) | st.just({})


@st.composite
def scripts(draw):
    nodes = tuple(
        Node(
            name, draw(st.sampled_from(graph.KINDS)),
            tuple(Edge(on, draw(NAMES), draw(TEXTS)) for on in draw(st.lists(NAMES, max_size=3, unique=True))),
            draw(TEXTS), draw(TEXTS), draw(TEXTS),
            tuple(draw(st.lists(st.sampled_from(graph.CHECKS), max_size=3, unique=True))),
            tuple(draw(st.lists(st.sampled_from(graph.EFFECTS), max_size=3, unique=True))),
            draw(st.sampled_from((None, *graph.MESSAGES))), draw(TEXTS),
            tuple(draw(st.lists(st.sampled_from(graph.SETS), max_size=3, unique=True))),
            draw(st.sampled_from((None, *graph.ROLES))), draw(st.sampled_from((None, *graph.CASE_STATES))),
        )
        for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    )  # fmt: skip
    anywhere = {on: draw(NAMES) for on in graph.ANYWHERE if draw(st.booleans())}
    return Script(draw(NAMES), draw(TEXTS), draw(NAMES), nodes, anywhere, (), draw(st.booleans()))


@given(scripts())
def test_what_is_written_is_read_back_as_it_was(script):
    reading = notation.read(notation.write(script))

    assert reading.findings == ()
    assert reading.script == script
    assert notation.from_canonical(notation.canonical(script)) == script


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: raw.decode("latin-1")))
def test_any_text_gets_an_answer(text):
    reading = notation.read(text)

    assert reading.findings
    for finding in reading.findings:
        assert script_texts.line(finding)


def test_one_meaning_has_one_hash_however_it_is_laid_out():
    other = notation.write(shipped())

    assert other != TEXT
    assert notation.sha256(notation.read(other).script) == notation.sha256(shipped())


def test_another_order_of_the_buttons_is_another_script():
    turned = TEXT.replace(
        '      yes: {to: booked, en: "Yes", zh: 可以}\n      no: {to: close, en: "No", zh: 不用了}\n',
        '      no: {to: close, en: "No", zh: 不用了}\n      yes: {to: booked, en: "Yes", zh: 可以}\n',
    )

    assert turned != TEXT
    assert notation.sha256(notation.read(turned).script) != notation.sha256(shipped())


def test_yes_no_and_on_are_words():
    reading = notation.read(TEXT)

    assert {edge.on for edge in reading.script.by_name["identity"].edges} == {"yes", "no", "busy", "silent"}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "no_script", 0),
        ("just words", "no_script", 0),
        ("a: 1\na: 2\n", "twice", 2),
        ("a: &x [1]\nb: *x\n", "alias", 1),
        ("a: !!python/object/apply:os.system [ls]\n", "tag", 1),
        ("a: !!str 1\n", "tag", 1),
        ("a: [1\nb: 2\n", "no_yaml", 2),
        ("a: 1\n---\nb: 2\n", "several_documents", 2),
        ("a: \"\x00\"\n", "no_yaml", 0),
        ("? [1]\n: 2\n", "no_key", 1),
        ("[" * 20 + "]" * 20, "too_deep", 1),
        ("x: " + "y" * yaml_text.LONGEST, "too_long", 0),
        ("[" + "a," * yaml_text.MOST_EVENTS + "]", "too_long", 1),
    ],
)  # fmt: skip
def test_what_is_no_script_is_refused_with_its_line(text, code, line):
    reading = notation.read(text)

    assert reading.script is None
    assert [(finding.code, finding.line) for finding in reading.findings] == [(code, line)]


@pytest.mark.parametrize(
    ("old", "new", "code", "node"),
    [
        ("    kind: guard\n", "    kind: gurad\n", "unknown_value", "gate"),
        ("    checks: [contact_gate]", "    checks: [contact_gaet]", "unknown_value", "gate"),
        ("    role: listen", "    roll: listen", "unknown_field", "listen"),
        ("    sets: [note, cause.code]", "    sets: [note, note]", "no_list", "listen"),
        ("    sets: [note, cause.code]", "    sets: [password]", "unknown_value", "listen"),
        ("    say: {en: \"Thank you, goodbye.\"", "    say: {fr: \"Merci.\"", "unknown_field", "close"),
        ("    say: {en: \"Thank you, goodbye.\"", f"    say: {{en: \"{'x' * 601}\"", "long_text", "close"),
        ("    say: {en: \"Thank you, goodbye.\"", "    say: {en: \"Good\\u202Ebye.\"", "hidden_characters", "close"),
        ("  close:\n", "  booked:\n", "name_of_exit", "booked"),
        ("  close:\n", "  Close:\n", "bad_name", "Close"),
        ("format: review-recovery-script/1", "format: other/1", "format", ""),
        ("recorded: no", "recorded: maybe", "unknown_value", ""),
    ],
)  # fmt: skip
def test_what_a_node_cannot_have_is_named_with_the_node(old, new, code, node):
    assert old in TEXT

    found = {(finding.code, finding.node) for finding in notation.read(TEXT.replace(old, new)).findings}
    assert (code, node) in found


def test_a_finding_names_the_line_of_its_node():
    text = TEXT.replace("    role: listen", "    roll: listen")

    (finding,) = notation.read(text).findings
    assert text.splitlines()[finding.line - 1] == "  listen:"


def test_a_script_with_too_many_nodes_is_refused():
    nodes = "".join(f"  n{number}: {{kind: say}}\n" for number in range(notation.MOST_NODES + 1))

    (finding,) = notation.read(f"format: {notation.FORMAT}\nnodes:\n{nodes}").findings
    assert finding.code == "many_nodes"
