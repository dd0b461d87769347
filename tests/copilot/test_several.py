"""Tickets that ask several things."""

import numpy as np
import pytest

from copilot.fakes import HashEmbedder
from copilot.several import Asked, joined, question_vectors
from knowledge.embedding import EmbedderUnavailable
from knowledge.passages import Passage
from knowledge.retrieval import Match, Retrieval

SEVERAL = (
    "When do I get my refund on my card? And where does the tracking number of my parcel stand? "
    "Who teaches violin lessons?"
)


def match(name, score=1.0):
    return Match(Passage(f"{name}#0", name, 0, 0, 4, "Text", name.title()), score, score, 0.0)


def found(answerable, *names):
    return Retrieval(tuple(match(name) for name in names), 0.1, answerable)


def ids(retrieval):
    return [one.passage.article_id for one in retrieval.matches]


def test_each_question_finds_its_own_article(desk):
    """The ticket tells of each question which article answers it, if any."""
    ticket_id = desk.open(SEVERAL)
    desk.process()
    answers = {row["question"]: row["article_id"] for row in desk.ticket(ticket_id).answers}
    assert [answers[question] for question in sorted(answers, key=SEVERAL.index)] == ["refunds", "parcels", None]
    assert {row["title"] for row in desk.ticket(ticket_id).answers} == {"Refund times", "Tracking a parcel", None}


def test_a_single_question_is_searched_once(desk):
    """A ticket with one question has no list of answers."""
    ticket_id = desk.open("When do I get my refund?")
    desk.process()
    assert desk.ticket(ticket_id).answers == []


def test_every_answered_question_is_covered():
    """What answers a question stands among the matches however short the list, right after the first of the whole."""
    whole = found(0.6, "a", "b", "c")
    asked = [Asked("?", match(name), 0.5) for name in ("a", "x", "y")] + [Asked("?", None, 0.0)]
    assert ids(joined(whole, [found(0.5, "z")], asked, 2)) == ["a", "x", "y"]
    assert ids(joined(whole, [found(0.5, "z")], asked, 4)) == ["a", "x", "y", "b"]
    assert joined(whole, [found(0.9, "z")], asked, 4).answerable == 0.6


def test_one_answered_question_is_enough():
    """Where nothing answers the whole, the question answered best leads; where nothing answers any, the whole does."""
    unclear, clear = found(0.05, "a"), found(0.7, "x", "y")
    assert ids(joined(unclear, [clear], [Asked("?", clear.matches[0], 0.7)], 3)) == ["x", "y"]
    assert ids(joined(unclear, [found(0.1, "x")], [Asked("?", None, 0.1)], 3)) == ["a"]


def test_questions_are_encoded_together():
    """The questions of all tickets that ask several are encoded in one call, and each ticket gets its own vectors."""
    embedder = HashEmbedder()
    one, none, two = question_vectors([("A dog?", "A cat?"), ("Only this?",), ("A dog?", "B?", "C?")], embedder)
    assert none is None
    assert (len(one), len(two)) == (2, 3)
    assert np.array_equal(one[0], two[0])


def test_without_a_model_questions_have_no_vectors(monkeypatch):
    """When the model is missing, words alone are compared."""

    def missing(self, texts):
        raise EmbedderUnavailable("it is not there")

    monkeypatch.setattr(HashEmbedder, "encode", missing)
    assert question_vectors([("A?", "B?")], HashEmbedder()) == [None]


@pytest.mark.parametrize("pasted", ["tracking number", "Hello,\n\ntracking number\n\nKind regards,\nKim\n-- \nKim Ltd"])
def test_a_pasted_mail_is_cleaned_before_it_is_searched(desk, pasted):
    """A search by hand leaves out greeting and signature, as that of a ticket does."""
    desk.services.knowledge.refresh()
    assert ids(desk.services.knowledge.search_text(pasted, 1, "public")) == ["parcels"]
