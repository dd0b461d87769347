"""When the rules that drafts are judged by are others."""

from copilot import rules_mark
from copilot.rules_mark import mark_of


def test_any_change_of_a_rule_file_shows(tmp_path) -> None:
    """Another byte, another name or a file more gives another mark; the same files give the same one."""
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("limit = 1")
    two.write_text("limit = 2")
    before = mark_of([one])
    assert before == mark_of([one])
    assert before != mark_of([two])
    assert before != mark_of([one, two])
    one.write_text("limit = 3")
    assert before != mark_of([one])


def test_grounding_and_passages_are_rules() -> None:
    """The word lists and the check itself are among the files that count."""
    names = {path.name for path in rules_mark.FOLDER.glob("*.py")}
    assert {"check.py", "english.py", "units.py"} <= names
    assert rules_mark.PASSAGES.name == "passages.py"
