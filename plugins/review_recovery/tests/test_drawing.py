"""The picture of a script: every node and edge once, nothing on top of anything, whatever the script."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from scripts_of_tests import redirected, shipped
from shopadmin_review_recovery.domain.scripts.drawing import HEIGHT, WIDTH, draw
from shopadmin_review_recovery.domain.scripts.graph import Edge, Node, Script

NAMES = tuple("abcdefgh")


@st.composite
def graphs(draw_from):
    targets = st.lists(st.sampled_from((*NAMES, "end", "nowhere")), max_size=3, unique=True)
    nodes = tuple(Node(name, "say", tuple(Edge(f"o{to}", to) for to in draw_from(targets))) for name in NAMES)
    return Script("x", {}, "a", nodes, {"stop": "h"})


@given(graphs())
def test_any_graph_is_drawn_with_every_node_and_edge_and_nothing_overlaps(script):
    drawn = draw(script)

    assert [box.name for box in drawn.boxes] == list(NAMES)
    for one, other in itertools.combinations(drawn.boxes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
    edges = {(node.name, edge.to) for node in script.nodes for edge in node.edges if edge.to in NAMES}
    assert {(line.source, line.to) for line in drawn.lines} == {pair for pair in edges if pair[0] != pair[1]}
    for box in drawn.boxes:
        assert 0 <= box.x <= drawn.width - WIDTH
        assert 0 <= box.y <= drawn.height - HEIGHT


@given(graphs())
def test_the_same_graph_is_drawn_the_same(script):
    assert draw(script) == draw(script)


def test_each_node_stands_below_what_leads_to_it():
    rows = {box.name: box.y for box in draw(shipped()).boxes}

    for node in shipped().nodes:
        for edge in node.edges:
            if edge.to in rows:
                assert rows[node.name] < rows[edge.to]


def test_an_edge_that_leads_up_again_is_marked():
    drawn = draw(redirected("close", "next", "listen"))

    assert [(line.source, line.to) for line in drawn.lines if line.is_back] == [("close", "listen")]


def test_a_script_whose_start_is_no_node_is_drawn_too():
    assert len(draw(replace(shipped(), start="nowhere")).boxes) == 32


def test_the_largest_script_that_can_be_written_is_drawn_with_straight_edges():
    nodes = tuple(
        Node(f"n{number}", "ask", tuple(Edge(f"e{k}", f"n{min(199, number + 1 + 15 * k)}") for k in range(12)))
        for number in range(200)
    )

    drawn = draw(Script("x", {}, "n0", nodes, {}))

    assert len(drawn.boxes) == 200
    assert {len(line.points) for line in drawn.lines} == {2}
