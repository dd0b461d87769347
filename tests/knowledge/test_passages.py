"""Where an article is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Article
from knowledge.passages import MAX_CHARACTERS, MAX_WHOLE, OVERLAP_CHARACTERS, STEP, embedding_text, split

LINES = st.sampled_from(
    [
        "",
        "# Head",
        "### Deep",
        "ABSTRACT",
        "- an item",
        "1. step",
        "2. step " + "y " * 90,
        "```",
        "   more",
        "Do this:",
        "| a | b |",
        "|---|---|",
        "| " + "cell " * 40 + "|",
        "word " * 30,
        "x" * 700,
        "One. Two.",
    ]
)


def article(body, title="Title"):
    return Article("a", title, body)


@given(st.lists(LINES, min_size=1, max_size=40).map("\n".join).filter(str.strip))
def test_passages_are_slices_that_cover_the_body(body):
    """Every passage is a verbatim slice within the limit, in order, and only white space is in no passage."""
    passages = split(article(body))
    covered = set()
    for ordinal, passage in enumerate(passages):
        assert body[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= MAX_WHOLE
        assert len(passage.text) <= MAX_CHARACTERS or any(mark in passage.text for mark in ("- an", "1. ", "2. ", "|"))
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
    below = "Refunds › How long"
    assert [passage.heading for passage in passages] == ["Refunds", below, below]
    assert embedding_text(passages[2]).startswith(f"Title\n{below}\n")


def test_the_path_holds_all_headings_above():
    """A deeper heading joins the path, a sibling replaces its like, and the article's own title is no step of it."""
    body = "\n".join(f"{mark}\n{'word ' * 60}" for mark in ("# Title", "## Pay", "### Card", "CODES", "## Send"))
    assert [passage.heading for passage in split(article(body))] == [
        "",
        "Pay",
        "Pay › Card",
        "Pay › Card › CODES",
        "Send",
    ]


def test_a_long_path_is_encoded_from_its_end():
    """Of a path too long to be read beside the text the nearest headings are kept, and none that the title says."""
    body = "\n".join(f"{'#' * level} {'heading ' * 12}{level}\n{'word ' * 45}" for level in range(1, 6))
    *_, deep, last = split(article(f"{body}\n# Title again\ntext", "The title again"))
    assert deep.heading.count(STEP) == 4
    assert embedding_text(deep).split("\n")[1] == STEP.join(deep.heading.split(STEP)[-2:])
    assert embedding_text(last) == f"The title again\n{last.text}"


def test_a_list_item_stays_whole():
    """A list too long for a passage is cut between its items, and what introduces it is told with each later piece."""
    items = [f"- item {number} " + "word " * 20 for number in range(12)]
    passages = split(article("# Menu\nChoose one of these:\n" + "\n".join(items)))
    assert all(any(item.strip() in passage.text for passage in passages) for item in items)
    assert [passage.heading for passage in passages[1:]] == ["Menu › Choose one of these"] * (len(passages) - 1)


@given(st.integers(0, 5), st.integers(2, 8), st.integers(2, 14), st.sampled_from(["\n", "\n\n", "\n\nA note.\n\n"]))
def test_numbered_steps_stay_whole(before, steps, words, between):
    """A numbered list that fits stands in one passage with the line before it, wherever in the article it comes, with
    blank lines or a note between its steps."""
    listed = between.join(f"{number}. {'go ' * words}".strip() for number in range(1, steps + 1))
    whole = f"Do this:\n{listed}"
    body = "\n\n".join(["Some words here. " * 9] * before + [whole, "The end. " * 40])
    assert len(whole) <= MAX_WHOLE
    assert any(whole in passage.text for passage in split(article(body)))


def test_a_table_stays_whole_or_keeps_its_columns():
    """A table that fits is one piece; of a longer one every later piece bears the names of the columns."""
    head = "| Plan | Price |\n|---|---|\n"
    short = head + "\n".join(f"| plan {number} | {number} EUR a month |" for number in range(20))
    assert any(short in passage.text for passage in split(article("Words. " * 60 + "\n\n" + short)))
    rows = [f"| plan {number} | {number} EUR a month |" for number in range(60)]
    first, *rest = split(article("# Prices\n" + head + "\n".join(rows)))
    assert head in first.text
    assert {passage.heading for passage in rest} == {"Prices › Plan, Price"}
    assert all(any(row in passage.text for passage in (first, *rest)) for row in rows)


def test_odd_bodies_are_cut_all_the_same():
    """One word, headings alone, a table alone and a million characters without a space are cut like anything else."""
    assert [passage.text for passage in split(article("word"))] == ["word"]
    assert all(len(passage.text) <= MAX_CHARACTERS for passage in split(article("# a\n" * 500)))
    assert split(article("|---|"))[0].text == "|---|"
    assert len(split(article("x" * 1_000_000))) == 2_000


def test_neighbours_share_a_short_tail():
    """A passage repeats the short end of the one before it, inside one section."""
    body = "\n\n".join(["long " * 80, "The short tail.", "next " * 60])
    first, second = split(article(body.strip()))
    assert first.text.endswith("The short tail.")
    assert second.text.startswith("The short tail.")
