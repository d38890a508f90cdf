"""Diagrams of processes: what is drawn is walked again, from the one start to the one end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import desk, new_file, run
from salesflow.people import fold
from salesflow.records import process_diagram, process_drafts, processes
from salesflow.records.process_drafts import ProcessDraft, StageDraft, TaskDraft
from salesflow.width import width

NODE = re.compile(r'^    (\w+)(\(\[|\[\[|\[/|\[|\{)"([^"]*)"(\]\)|\]\]|/\]|\]|\}):::(\w+)$')
EDGE = re.compile(r"^    (\w+) -->(?:\|(\w+)\|)? (\w+)$")
PAIRS = {"([": "])", "[[": "]]", "[/": "/]", "[": "]", "{": "}"}
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")) | st.sampled_from("\"'`#;<>{}[]()|&%\\/"),
    min_size=1, max_size=60,
).filter(lambda text: fold(text).strip())  # fmt: skip
STAGES = st.lists(
    st.builds(
        StageDraft, NAMES, st.just("sell"), gate=st.none() | st.sampled_from(["money", "a-" * 20]),
        outsourced_to=st.none() | NAMES, tasks=st.lists(st.builds(TaskDraft, NAMES), max_size=2),
    ), min_size=1, max_size=12,
)  # fmt: skip


class Chart:
    """A flowchart as Mermaid reads it; whatever is not understood fails."""

    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        assert lines[0] == "flowchart TD" and lines[-1] == ""
        self.nodes: dict[str, tuple[str, str, str]] = {}
        self.edges: list[tuple[str, str, str]] = []
        classes = set()
        for line in lines[1:-1]:
            node, edge = NODE.match(line), EDGE.match(line)
            if node:
                assert PAIRS[node[2]] == node[4] and node[1] not in self.nodes
                self.nodes[node[1]] = (node[2], label(node[3]), node[5])
            elif edge:
                self.edges.append((edge[1], edge[3], edge[2] or ""))
            else:
                named = re.match(r"^    classDef (\w+) fill:#\w{6},stroke:#\w{6},color:#\w{6}$", line)
                assert named, line
                classes.add(named[1])
        assert {style for *_, style in self.nodes.values()} == classes

    def walk(self) -> list[str]:
        """The labels met on the way from start to end, each gate passed with yes."""
        at, way = "start", []
        while True:
            way.append(self.nodes[at][1])
            ways: Mapping[str, str] = {said: target for origin, target, said in self.edges if origin == at}
            if not ways:
                return way
            at = ways.get("yes") or ways[""]


def label(text: str) -> str:
    assert not re.search(r"[\"`{}\[\]|&\\]", text.replace("<br/>", ""))
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)


@given(STAGES)
def test_mermaid_is_walked_from_the_one_start_to_the_one_end_through_every_stage(stages: list[StageDraft]):
    draft = ProcessDraft("any", "", stages)
    chart = Chart(process_diagram.mermaid(draft))
    targets = {target for _, target, _ in chart.edges}
    origins = {origin for origin, _, _ in chart.edges}
    assert [name for name in chart.nodes if name not in targets] == ["start"]
    assert [name for name in chart.nodes if name not in origins] == ["finish"]
    assert {*targets, *origins} == set(chart.nodes)
    wanted = ["Start"]
    for number, stage in enumerate(stages, 1):
        wanted += [f"{stage.gate}?"] if stage.gate else []
        wanted.append("<br/>".join(process_diagram.label(number, stage)))
    assert chart.walk() == [*wanted, "End"]
    for number, stage in enumerate(stages, 1):
        assert chart.nodes[f"stage{number}"][0] == ("[[" if stage.outsourced_to else "[")
        if stage.gate:
            assert chart.nodes[f"gate{number}"][0] == "{"
            assert (f"gate{number}", f"ask{number}", "no") in chart.edges
            assert (f"ask{number}", f"gate{number}", "") in chart.edges


@given(STAGES, st.booleans())
def test_on_a_screen_it_fits_80_cells_and_no_name_is_cut(stages: list[StageDraft], boxes: bool):
    lines = process_diagram.drawn(ProcessDraft("any", "", stages), boxes)
    assert all(width(line) <= 80 for line in lines)
    assert all(line == line.rstrip() for line in lines)
    frame = "─│┌┐└┘═║╔╗╚╝▼▶" if boxes else "-|+#=v>"
    assert any(char in "\n".join(lines) for char in frame)
    whole = re.sub(r"\s", "", "".join(lines))
    for number, stage in enumerate(stages, 1):
        first = process_diagram.label(number, stage)[0].split()
        assert all(word in whole for word in first if width(word) <= 20)
    if not boxes and all(fold(stage.name).isascii() and not stage.outsourced_to for stage in stages):
        drawn = "".join(line for line in lines if not any(char in line for char in ("|", "#")))
        assert not set(drawn) & set("─│┌┐└┘═║╔╗╚╝▼▶")


@pytest.mark.parametrize("name", processes.BUILT_IN)
def test_the_built_in_ones_are_drawn(name: str, tmp_path: Path):
    with desk(tmp_path / "a.db") as at:
        draft = process_drafts.of(at.conn, name)
        chart = Chart(process_diagram.mermaid(draft))
        assert len([said for said in chart.walk() if said[0].isdigit()]) == len(draft.stages)
        assert process_diagram.mermaid(draft).count("-->") >= len(draft.stages) + 1
        kinds = {node.kind for node in process_diagram.graph(draft)[0]}
        assert {"start", "end", "stage"} <= kinds


def test_three_shapes_are_told_apart_without_colour():
    draft = ProcessDraft("any", "", [StageDraft("A", gate="money"), StageDraft("B", outsourced_to="X")])
    text = "\n".join(process_diagram.drawn(draft, boxes=False))
    assert "( Start )" in text and "( End )" in text
    assert "| 1 A " in text and "# 2 B " in text and "< money?" in text and "--no--> ask money" in text
    assert text.isascii()
    assert not "\n".join(process_diagram.drawn(draft, boxes=True)).isascii()


def test_for_a_script_it_is_a_graph(tmp_path: Path):
    import json

    path = new_file(tmp_path / "a.db")
    answer = json.loads(run(path, "process", "diagram", "three-step", "--json").out)
    ids = [node["id"] for node in answer["nodes"]]
    assert ids[0] == "start" and ids[-1] == "finish"
    assert {end for edge in answer["edges"] for end in (edge["from"], edge["to"])} == set(ids)
    assert answer["mermaid"] == run(path, "process", "diagram", "three-step", "--mermaid").out
