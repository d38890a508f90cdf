"""A process drawn: from its start to its end, each kind of thing in a shape of its own, on a screen or as Mermaid.

Start and end are round, a stage is a box, a stage that somebody else does a box with double sides, a gate a box with
pointed sides: whoever does not get through is asked its questions first. No shape needs a colour to be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from salesflow.records.process_drafts import ProcessDraft, StageDraft
from salesflow.table import Column, Sheet, Table
from salesflow.width import line, pad, width, wrap

START, END = "start", "finish"


class Node(NamedTuple):
    """kind: start, end, stage, outsourced, gate or ask."""

    id: str
    kind: str
    label: Sequence[str]


class Edge(NamedTuple):
    origin: str
    target: str
    label: str = ""


def graph(draft: ProcessDraft) -> tuple[list[Node], list[Edge]]:
    """In the order it is walked: one start, one end, and what lies between."""
    nodes, edges = [Node(START, "start", ["Start"])], []
    before, said = START, ""
    for number, stage in enumerate(draft.stages, 1):
        if stage.gate:
            gate, ask = f"gate{number}", f"ask{number}"
            nodes += [Node(gate, "gate", [f"{stage.gate}?"]), Node(ask, "ask", [f"ask {stage.gate}"])]
            edges += [Edge(before, gate, said), Edge(gate, ask, "no"), Edge(ask, gate)]
            before, said = gate, "yes"
        kind = "stage" if stage.outsourced_to is None else "outsourced"
        nodes.append(Node(f"stage{number}", kind, label(number, stage)))
        edges.append(Edge(before, f"stage{number}", said))
        before, said = f"stage{number}", ""
    nodes.append(Node(END, "end", ["End"]))
    edges.append(Edge(before, END))
    return nodes, edges


def label(number: int, stage: StageDraft) -> list[str]:
    """What a box says, a text a line: number and name, then what there is to do, or who does it."""
    found = [f"{number} {line(stage.name)}"]
    if stage.outsourced_to:
        found.append(f"by {line(stage.outsourced_to)}")
    elif stage.tasks:
        found.append(f"{len(stage.tasks)} task{'s' * (len(stage.tasks) > 1)}")
    return found


def answer(draft: ProcessDraft) -> Sheet:
    """For a script: {name, mermaid, nodes: {id, kind, label}, edges: {from, to, label}}."""
    nodes, edges = graph(draft)
    of_nodes = Table(
        (Column("id"), Column("kind"), Column("label")),
        [{**node._asdict(), "label": ", ".join(node.label)} for node in nodes],
    )
    of_edges = Table(
        (Column("from"), Column("to"), Column("label")),
        [{"from": edge.origin, "to": edge.target, "label": edge.label} for edge in edges],
    )
    row = {"name": draft.name, "mermaid": mermaid(draft)}
    return Sheet((Column("name"), Column("mermaid")), row, {"nodes": of_nodes, "edges": of_edges}, ids="name")


# -- Mermaid -----------------------------------------------------------------------------------------------------------

SHAPES = {
    "start": ("([", "])"), "end": ("([", "])"), "stage": ("[", "]"), "outsourced": ("[[", "]]"), "gate": ("{", "}"),
    "ask": ("[/", "/]"),
}  # fmt: skip
COLOURS = {
    "start": "fill:#dfe8d8,stroke:#4f6b3a,color:#1c2614", "end": "fill:#dfe8d8,stroke:#4f6b3a,color:#1c2614",
    "stage": "fill:#dbe7f3,stroke:#2f5d8a,color:#10202f", "outsourced": "fill:#ece5f4,stroke:#6a4c93,color:#241a33",
    "gate": "fill:#fbeecb,stroke:#a8760a,color:#3a2903", "ask": "fill:#ffffff,stroke:#a8760a,color:#3a2903",
}  # fmt: skip
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.-?'()+")


def mermaid(draft: ProcessDraft) -> str:
    """A flowchart; every character of a name that means something to Mermaid is written as its number."""
    nodes, edges = graph(draft)
    lines = ["flowchart TD"]
    for node in nodes:
        opening, closing = SHAPES[node.kind]
        text = "<br/>".join(quoted(part) for part in node.label)
        lines.append(f'    {node.id}{opening}"{text}"{closing}:::{node.kind}Shape')
    lines += [
        f"    {edge.origin} -->{f'|{edge.label}|' if edge.label else ''} {edge.target}" for edge in edges
    ]  # fmt: skip
    used = dict.fromkeys(node.kind for node in nodes)
    lines += [f"    classDef {kind}Shape {COLOURS[kind]}" for kind in used]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    return "".join(char if char in PLAIN or ord(char) > 127 else f"#{ord(char)};" for char in text)


# -- on a screen -------------------------------------------------------------------------------------------------------


class Strokes(NamedTuple):
    """What boxes are drawn with: the flat line, the sides, the corners from the upper left on, the arrows."""

    flat: str
    side: str
    corners: str
    double: tuple[str, str, str]  # flat, side, corners
    round: tuple[str, str]  # the ends of start and end
    down: str
    head: str
    to: str


BOXES = Strokes("─", "│", "┌┐└┘", ("═", "║", "╔╗╚╝"), ("(", ")"), "│", "▼", "──no──▶")
ASCII = Strokes("-", "|", "++++", ("=", "#", "####"), ("(", ")"), "|", "v", "--no-->")
INNER = 34  # cells between the sides of a box; there is room for a branch to its right
LINE = 80


def drawn(draft: ProcessDraft, boxes: bool) -> list[str]:
    """Lines of at most 80 cells. `boxes`: with the characters for drawing them, else with plain ones."""
    strokes = BOXES if boxes else ASCII
    nodes, _ = graph(draft)
    inner = min(INNER, max(width(text) for node in nodes for text in node.label) + 2)
    lines: list[str] = []
    asked = {node.id.removeprefix("ask"): node for node in nodes if node.kind == "ask"}
    for node in nodes:
        if node.kind == "ask":
            continue
        if lines:
            said = " yes" if lines[-1].endswith("/ ") else ""
            lines += [middle(strokes.down + said, inner), middle(strokes.head, inner)]
        lines += shape(node, inner, strokes, asked.get(node.id.removeprefix("gate")))
    return [text.rstrip() for text in lines]


def middle(text: str, inner: int) -> str:
    """Under the middle of the boxes."""
    return " " * (3 + inner // 2) + text


def shape(node: Node, inner: int, strokes: Strokes, ask: Node | None) -> Iterator[str]:
    """The lines of one shape, as wide as the others: two cells, then the box of `inner` cells and its sides."""
    parts = [part for text in node.label for part in wrap(text, inner - 2, 2)]
    if node.kind in ("start", "end"):
        text = f"{strokes.round[0]} {node.label[0]} {strokes.round[1]}"
        yield " " * (3 + inner // 2 - width(text) // 2) + text
    elif node.kind == "gate":
        yield f"   /{strokes.flat * (inner - 2)}\\"
        aside = wrap(ask.label[0], LINE - inner - len(strokes.to) - 6) if ask else []
        for number, (part, other) in enumerate(zip_longest(parts, aside, fillvalue="")):
            branch = f" {strokes.to} " if number == 0 else " " * (len(strokes.to) + 2)
            yield f"  < {pad(part, inner - 2)} >{branch}{other}"
        yield f"   \\{strokes.flat * (inner - 2)}/ "
    else:
        flat, side, corners = (strokes.flat, strokes.side, strokes.corners) if node.kind == "stage" else strokes.double
        yield f"  {corners[0]}{flat * inner}{corners[1]}"
        for part in parts:
            yield f"  {side} {pad(part, inner - 2)} {side}"
        yield f"  {corners[2]}{flat * inner}{corners[3]}"
