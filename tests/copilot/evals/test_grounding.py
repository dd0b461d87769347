"""How grounding is measured."""

import json

import pytest
from click.testing import CliRunner

from copilot.cli.main import main
from copilot.evals.grounding import evaluate_grounding, greeted

SAID = "A refund takes 5 days unless the bank is closed."
PASSAGES = [{"article_id": "a", "text": f"Refunds\n{SAID} The fee is €4."}]
FAITHFUL = {"kind": "verbatim", "label": "supported", "mutation": None}
FAULTY = {"kind": "mutated", "label": "unsupported"}
ROWS = [
    FAITHFUL | {"id": "1", "draft": f"Hello Kim,\n\n{SAID} I hope this helps.\n\nKind regards,\nThe support team"},
    FAITHFUL | {"id": "2", "draft": "Perhaps it takes a while.", "kind": "free"},
    FAULTY | {"id": "3", "draft": "A refund takes 5 days.", "mutation": "condition", "weak": False},
    FAULTY | {"id": "4", "draft": SAID, "mutation": "none at all", "weak": True},
]


def written(folder, rows):
    path = folder / "drafts.jsonl"
    path.write_text("\n".join(json.dumps({"passages": PASSAGES} | row) for row in rows))
    return path


def test_the_figures(tmp_path):
    """Faithful drafts count as passed by kind, faulty ones as held by mutation and by strength."""
    figures = evaluate_grounding(written(tmp_path, ROWS))
    assert figures["n"] == 4
    assert figures["passed"] == {"verbatim": 1, "free": 0}
    assert figures["held"] == {"condition": 1, "none at all": 0}
    assert (figures["held_strong"], figures["held_weak"]) == (1, 0)
    assert figures["ms_p50"] > 0


def test_no_rows_give_no_figures(tmp_path):
    """A share of nothing is None."""
    figures = evaluate_grounding(written(tmp_path, []))
    assert figures == {"n": 0, "passed": {}, "held": {}, "held_strong": None, "held_weak": None, "ms_p50": None}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": 7}, "id"),
        ({"id": "1"}, "id"),
        ({"draft": "  "}, "draft"),
        ({"label": "maybe"}, "label"),
        ({"mutation": 3}, "mutation"),
        ({"weak": "yes"}, "weak"),
        ({"passages": "text"}, "passages"),
        ({"passages": [{"article_id": "a"}]}, r"passages\[0\].text"),
        ({"passages": [3]}, r"passages\[0\].article_id"),
    ],
)
def test_a_bad_row_is_named(tmp_path, change, field):
    """The error names file, line and field."""
    with pytest.raises(ValueError, match=rf"drafts.jsonl:2: {field}: "):
        evaluate_grounding(written(tmp_path, [ROWS[0], ROWS[1] | change]))


def test_the_command_prints_one_object(tmp_path):
    """`answerable eval grounding --json` prints the figures as JSON."""
    done = CliRunner().invoke(main, ["eval", "grounding", "--drafts", str(written(tmp_path, ROWS)), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["passed"]["verbatim"] == 1


@pytest.mark.parametrize(
    ("draft", "name"), [("Hi Kim,\n\nX", "Kim"), ("Good morning Lee,", "Lee"), ("Hello,", None), ("Hi Kim Doe,", None)]
)
def test_the_greeted_name(draft, name):
    """The name that the first line greets is taken as the customer's."""
    assert greeted(draft, "en") == name
