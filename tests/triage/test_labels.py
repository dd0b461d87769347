"""What a well-formed list of categories is."""

import pytest

from triage.labels import MAX_CATEGORIES, Category, parse_categories


def test_a_full_category_is_read() -> None:
    """Name, title, description and examples arrive trimmed, repeated examples once."""
    document = [
        {
            "name": "refund",
            "title": "Refunds",
            "description": " Money back ",
            "examples": ["I want a refund", "i want  a refund", " When? "],
        }
    ]
    assert parse_categories(document) == (Category("refund", "Refunds", "Money back", ("I want a refund", "When?")),)


def test_a_category_without_a_title_is_titled_by_its_name() -> None:
    """The name stands in for a missing title."""
    assert parse_categories([{"name": "refund", "examples": ["x"]}])[0].title == "refund"


def test_title_and_description_stand_in_for_examples() -> None:
    """Without examples, the words about the category are what it is taught with."""
    assert parse_categories([{"name": "refund", "title": "Refunds", "description": "Money back"}])[
        0
    ].training_texts() == ("Refunds. Money back",)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, "categories: must be a list"),
        (["x"], r"categories\[0\]: must be an object"),
        ([{"examples": ["x"]}], r"categories\[0\]\.name"),
        ([{"name": 3, "examples": ["x"]}], r"categories\[0\]\.name"),
        ([{"name": "a"}], r"categories\[0\]: needs"),
        ([{"name": "a", "examples": "x"}], r"categories\[0\]\.examples"),
        ([{"name": "a", "examples": ["x", " "]}], r"categories\[0\]\.examples\[1\]"),
        ([{"name": "a", "examples": ["x" * 20_001]}], r"categories\[0\]\.examples\[0\]"),
        ([{"name": "a", "description": "x" * 20_001}], r"categories\[0\]\.description"),
        ([{"name": "a", "examples": ["x"], "colour": "red"}], r"categories\[0\]\.colour"),
        ([{"name": "a", "examples": ["x"]}, {"name": "a", "examples": ["y"]}], r"categories\[1\]\.name"),
        ([{"name": "a", "examples": ["x y"]}, {"name": "b", "examples": ["X  Y"]}], r"categories\[1\]\.examples"),
        ([{"name": str(number), "examples": ["x"]} for number in range(MAX_CATEGORIES + 1)], "categories: at most"),
    ],
)
def test_a_wrong_document_is_refused_by_path(document: object, path: str) -> None:
    """Every mistake is an error that says where it is."""
    with pytest.raises(ValueError, match=path):
        parse_categories(document)
