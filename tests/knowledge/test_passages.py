"""Where an article is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Article
from knowledge.passages import MAX_CHARACTERS, OVERLAP_CHARACTERS, embedding_text, heading_of, split

LINES = st.sampled_from(["", "# Head", "ABSTRACT", "- an item", "1. step", "```", "word " * 30, "x" * 700, "One. Two."])


def article(body, title="Title"):
    return Article("a", title, body)


@given(st.lists(LINES, min_size=1, max_size=40).map("\n".join).filter(str.strip))
def test_passages_are_slices_that_cover_the_body(body):
    """Every passage is a verbatim slice within the limit, in order, and only white space is in no passage."""
    passages = split(article(body))
    covered = set()
    for ordinal, passage in enumerate(passages):
        assert body[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= MAX_CHARACTERS
        assert passage.ordinal == ordinal
        covered.update(range(passage.start, passage.end))
    assert all(letter.isspace() for place, letter in enumerate(body) if place not in covered)
    assert all(left.end < right.end for left, right in pairwise(passages))
    assert all(left.end - right.start <= OVERLAP_CHARACTERS for left, right in pairwise(passages))


def test_ids_are_stable_and_tell_the_text():
    """The same article gives the same distinct ids; another text gives another id at its place."""
    body = "\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(6))
    ids = [passage.id for passage in split(article(body))]
    assert ids == [passage.id for passage in split(article(body))]
    assert len(set(ids)) == len(ids) > 2
    changed = [passage.id for passage in split(article(body.replace("Paragraph 5", "Section 5")))]
    assert changed[0] == ids[0]
    assert changed[-1] != ids[-1]


def test_sections_start_passages_and_lend_their_heading():
    """A heading starts a new passage after a section of some size, and is encoded with every passage of its section."""
    long = "It takes a while until the money is back. " * 8
    passages = split(article(f"# Refunds\n{long}\n\n## How long\n{long}{long}"))
    assert [passage.heading for passage in passages] == ["Refunds", "How long", "How long"]
    assert embedding_text(passages[2]).startswith("Title\nHow long\n")


def test_a_list_item_stays_whole():
    """A list item that fits is never cut in two."""
    items = [f"- item {number} " + "word " * 20 for number in range(12)]
    passages = split(article("\n".join(items)))
    assert all(any(item.strip() in passage.text for passage in passages) for item in items)


def test_neighbours_share_a_short_tail():
    """A passage repeats the short end of the one before it, inside one section."""
    body = "\n\n".join(["long " * 80, "The short tail.", "next " * 60])
    first, second = split(article(body.strip()))
    assert first.text.endswith("The short tail.")
    assert second.text.startswith("The short tail.")


def test_heading_lines():
    """Markdown headings and lines in capitals are headings; sentences, codes and list items are not."""
    assert heading_of("## How to pay ##") == "How to pay"
    assert heading_of(" RESOLVING THE PROBLEM") == "RESOLVING THE PROBLEM"
    assert [heading_of(line) for line in ("STOP!", "OK", "- ABC DEF", "A1234567", "Plain words", "#tag")] == [""] * 6
