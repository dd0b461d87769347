"""The autonomy document: what parses comes back as it was, what does not names its field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.autonomy import DEFAULT_HOLD_SECONDS, LONGEST_HOLD, MODES, Autonomy, parse_autonomy
from copilot.errors import Invalid

shares = st.floats(0, 1)
rows = st.fixed_dictionaries(
    {"category": st.text(min_size=1, max_size=20)},
    optional={
        "mode": st.sampled_from(MODES),
        "threshold": st.none() | shares,
        "error_budget": shares,
        "confidence_level": st.floats(0.5, 1),
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "kill_switch": st.booleans(),
        "languages": st.lists(st.sampled_from(["en", "pl"]), max_size=3),
        "hold_seconds": st.floats(0, LONGEST_HOLD) | st.integers(0, 86_400),
        "categories": st.lists(rows, max_size=5, unique_by=lambda row: row["category"]),
    },
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def test_an_empty_document_is_the_careful_default():
    """Nothing set means: no kill switch, 30 seconds to undo, and every category suggest-only without a threshold."""
    parsed = parse_autonomy({})
    assert parsed == Autonomy() == Autonomy(False, DEFAULT_HOLD_SECONDS, {})
    assert (parsed.of("anything").mode, parsed.of(None).threshold) == ("suggest", None)


@given(documents)
def test_what_was_parsed_is_shown_as_it_was(document):
    """Parsing what is shown gives the same settings again, through JSON too."""
    parsed = parse_autonomy(document)
    assert parse_autonomy(json.loads(json.dumps(parsed.to_dict()))) == parsed
    assert set(parsed.categories) == {row["category"] for row in document.get("categories", [])}


@given(anything)
def test_anything_else_is_refused_by_name_or_parsed(document):
    """No JSON value raises anything but `Invalid` with a field."""
    fields = []
    try:
        parse_autonomy(document)
    except Invalid as error:
        fields.append(error.field)
    assert None not in fields


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 86_401, "30", None, True, [1]])
def test_a_hold_that_is_no_number_of_seconds(value):
    """Only a number from 0 to a day will do."""
    with pytest.raises(Invalid) as caught:
        parse_autonomy({"hold_seconds": value})
    assert caught.value.field == "hold_seconds"


@pytest.mark.parametrize(
    ("value", "field"),
    [("en", "languages"), (None, "languages"), (["en", "tlh"], "languages[1]"), ([[]], "languages[0]")],
)
def test_languages_are_those_that_can_be_told(value, field):
    """Each must be a language that triage can tell; the place of another one is named."""
    with pytest.raises(Invalid) as caught:
        parse_autonomy({"languages": value})
    assert caught.value.field == field
    assert parse_autonomy({"languages": ["fr", "it", "fr"]}).languages == ("fr", "it")


def test_only_known_categories():
    """With the categories that exist given, another name is refused with its place."""
    with pytest.raises(Invalid) as caught:
        parse_autonomy({"categories": [{"category": "a"}, {"category": "b"}]}, {"a"})
    assert caught.value.field == "categories[1].category"
