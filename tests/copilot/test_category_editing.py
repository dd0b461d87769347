"""Editing one category at a time: what changes, what stays, and which field is wrong."""

import pytest

from copilot import category_editing, configuration
from copilot.category_editing import CategoryText, lines_of
from copilot.errors import Conflict, Invalid, NotFound
from tests.builders import CATEGORIES


def typed(**changes):
    """A category as typed."""
    values = {"name": "gizmo", "title": "Gizmos", "description": "", "examples": "My gizmo hums\n\nGizmo broke\n"}
    return CategoryText(**{**values, **changes})


def add(desk, **changes):
    """Add a category."""
    return desk.do(lambda s: category_editing.add(s, typed(**changes), desk.now(), "Ann"))


def change(desk, name, **changes):
    """Save a category."""
    return desk.do(lambda s: category_editing.change(s, name, typed(name=name, **changes), desk.now(), "Ann"))


def document(desk):
    """The categories in force."""
    return desk.do(lambda s: configuration.content(s, "categories"))


def test_a_category_is_added_as_a_new_version(desk):
    """The others stay as they were written; empty lines are no examples."""
    assert add(desk) == 2
    *others, new = document(desk)
    assert others == CATEGORIES
    assert new == {"name": "gizmo", "title": "Gizmos", "description": "", "examples": ["My gizmo hums", "Gizmo broke"]}


def test_examples_of_several_lines_survive_editing(desk):
    """A line break within an example is shown as a sign and stored as a break again."""
    examples = ["Hello,\nwhere is it?", "one line"]
    change(desk, "refund", examples=lines_of(examples))
    assert document(desk)[0]["examples"] == examples


def test_a_category_keeps_its_name(desk):
    """Labels, rules and promises know it by that."""
    desk.do(lambda s: category_editing.change(s, "refund", typed(name="other"), desk.now(), "Ann"))
    assert [row["name"] for row in document(desk)] == ["refund", "shipping"]


def test_a_category_is_deleted(desk):
    """The others stay; what is not there cannot be deleted or changed."""
    desk.do(lambda s: category_editing.remove(s, "refund", desk.now(), "Ann"))
    assert document(desk) == CATEGORIES[1:]
    with pytest.raises(NotFound):
        desk.do(lambda s: category_editing.remove(s, "refund", desk.now(), "Ann"))
    with pytest.raises(NotFound):
        change(desk, "refund")


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": " "}, "name", "must not be empty"),
        ({"name": "x" * 201}, "name", "200"),
        ({"name": "a\x00b"}, "name", "NUL"),
        ({"examples": ""}, "description", "needs a description or examples"),
        (
            {"examples": "fine\nWhere is  my PARCEL?"},
            "examples",
            "^'Where is  my PARCEL\\?' is also in the category 'shipping'$",
        ),
        ({"examples": "x" * 20_001}, "examples", "20000"),
        ({"description": "x" * 20_001}, "description", "20000"),
        ({"title": "x" * 201}, "title", "200"),
        ({"title": "\ud800"}, "title", "Unicode"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(desk, changes, field, says):
    """Nothing is saved, and the field of the form is named."""
    with pytest.raises(Invalid, match=says) as caught:
        add(desk, **changes)
    assert caught.value.field == field
    assert document(desk) == CATEGORIES


def test_an_example_of_a_later_category_is_named_too(desk):
    """The parser comes upon it there, and the form says it of the field that was typed."""
    with pytest.raises(Invalid, match="is also in the category 'shipping'") as caught:
        change(desk, "refund", examples="Where is my parcel?")
    assert caught.value.field == "examples"


def test_a_name_is_used_once(desk):
    """Adding a category that exists is a conflict."""
    with pytest.raises(Conflict) as caught:
        add(desk, name="refund")
    assert caught.value.field == "name"
