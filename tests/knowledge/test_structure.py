"""What in an article belongs together."""

from knowledge.structure import heading_of, units


def texts(body):
    return [body[unit.start : unit.end] for unit in units(body)]


def test_heading_lines():
    """Markdown headings and lines in capitals are headings; sentences, codes and list items are not."""
    assert heading_of("## How to pay ##") == "How to pay"
    assert heading_of(" RESOLVING THE PROBLEM") == "RESOLVING THE PROBLEM"
    assert [heading_of(line) for line in ("STOP!", "OK", "- ABC DEF", "A1234567", "Plain words", "#tag")] == [""] * 6


def test_a_list_is_one_unit_with_what_belongs_to_it():
    """Indented lines, nested items and code after blank lines belong to a list, words at the margin end it."""
    steps = "1. Open it.\n\n   Wait.\n   - a menu\n2. Run:\n\n   ```\n   go\n\n   ```\n\n3. Done."
    assert texts(f"{steps}\n\nOther words.") == [steps, "Other words."]


def test_steps_go_on_after_a_note():
    """The next number after words at the margin goes on with the list, any other number begins a new one."""
    assert texts("1. One.\n\nNote this.\n\n2. Two.") == ["1. One.\n\nNote this.\n\n2. Two."]
    assert texts("1. One.\n\nNote this.\n\n1. Other.") == ["1. One.", "Note this.", "1. Other."]
    assert texts("1. One.\n\n# Then\n\n2. Two.") == ["1. One.", "# Then", "2. Two."]


def test_what_introduces_goes_with_the_list():
    """A short line with a colon belongs to the list or table below; a sentence or a heading does not."""
    assert [unit.lead for unit in units("To reset:\n- Press.\n- Wait.")] == ["To reset"]
    assert texts("It is easy.\n\n- Press.") == ["It is easy.", "- Press."]
    table = "Prices:\n\n| Plan | Price |\n|---|---|\n| A | 1 EUR |"
    assert [(unit.lead, len(unit.parts)) for unit in units(table)] == [("Prices, Plan, Price", 3)]


def test_a_table_without_a_rule_has_no_columns():
    """Only a rule below the first row makes that row the names of the columns."""
    assert [unit.lead for unit in units("| A | 1 |\n| B | 2 |")] == [""]
