"""Tickets that ask several things."""

import numpy as np
import pytest

from copilot.fakes import HashEmbedder
from copilot.several import Asked, joined, left_open, offered, question_vectors, recalled
from knowledge.embedding import EmbedderUnavailable
from knowledge.passages import Passage
from knowledge.retrieval import Match, Retrieval
from tests.builders import gate

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
    asked = ("A dog?", "A cat?"), ("Only this?",), ("A dog?", "B?", "C?")
    one, none, two = question_vectors([(" ".join(questions), questions) for questions in asked], embedder)
    assert none is None
    assert (len(one), len(two)) == (2, 3)
    assert np.array_equal(one[0], two[0])


def test_a_question_is_understood_out_of_its_ticket():
    """What the ticket says besides its questions draws their vectors; other questions do not."""
    embedder, asked = HashEmbedder(), ("How long is it valid?", "Who sells it?")
    (alone,) = question_vectors([(" ".join(asked), asked)], embedder)
    (told,) = question_vectors([("I have got a gift card. " + " ".join(asked), asked)], embedder)
    assert np.array_equal(alone, embedder.encode(asked))
    card = embedder.encode(["gift card"])[0]
    assert told[0] @ card > alone[0] @ card
    assert told[0] @ alone[0] > told[0] @ card
    assert np.linalg.norm(told, axis=1) == pytest.approx(1)


def test_without_a_model_questions_have_no_vectors(monkeypatch):
    """When the model is missing, words alone are compared."""

    def missing(self, texts):
        raise EmbedderUnavailable("it is not there")

    monkeypatch.setattr(HashEmbedder, "encode", missing)
    assert question_vectors([("A? B?", ("A?", "B?"))], HashEmbedder()) == [None]


@pytest.mark.parametrize("pasted", ["tracking number", "Hello,\n\ntracking number\n\nKind regards,\nKim\n-- \nKim Ltd"])
def test_a_pasted_mail_is_cleaned_before_it_is_searched(desk, pasted):
    """A search by hand leaves out greeting and signature, as that of a ticket does."""
    desk.services.knowledge.refresh()
    assert ids(desk.services.knowledge.search_text(pasted, 1, "public")) == ["parcels"]


def test_the_draft_answers_each_question_that_has_an_article(desk):
    """Without a model each answered question is quoted in the order asked; the one left open is told and holds it."""
    desk.automate("refund", "shipping")
    ticket_id = desk.open(
        "Where does the tracking number of my parcel stand? Who teaches violin lessons? "
        "And when do I get my refund on my card?"
    )
    desk.process()
    draft, ticket = desk.draft(ticket_id), desk.ticket(ticket_id)
    assert [citation["article_id"] for citation in draft.citations] == ["parcels", "refunds"]
    assert all(citation["quote"] in draft.body for citation in draft.citations)
    assert [row["answers_question"] for row in ticket.answers] == [True, False, True]
    assert "leaves open: “Who teaches violin lessons?”" in gate(draft, "one question")["reason"]
    assert draft.action == "hold"
    assert gate(draft, "grounded")["passed"]


def test_a_draft_that_answers_everything_is_held_all_the_same(desk):
    """Several questions go to a person also when each is answered."""
    desk.automate("refund", "shipping")
    ticket_id = desk.open("When do I get my refund on my card? And where does the tracking number of my parcel stand?")
    desk.process()
    assert [row["answers_question"] for row in desk.ticket(ticket_id).answers] == [True, True]
    assert gate(desk.draft(ticket_id), "one question") == {
        "name": "one question", "passed": False, "reason": "The customer asks 2 things.",
    }  # fmt: skip


def test_a_single_question_gets_what_it_got_before(desk):
    """A draft for one question quotes one article."""
    ticket_id = desk.open()
    desk.process()
    assert [citation["article_id"] for citation in desk.draft(ticket_id).citations] == ["refunds"]


def test_what_a_model_leaves_out_is_open():
    """A question whose article is not quoted is left open, and so is one without an article."""
    asked = [Asked("a?", match("a"), 0.5), Asked("b?", match("b"), 0.5), Asked("c?", None, 0.0)]
    assert left_open(asked, {"a", "c"}) == ("b?", "c?")
    assert left_open([], {"a"}) == ()


def test_the_passage_that_answers_a_question_may_be_quoted():
    """Where the whole ticket found another passage of an article, that of the question is offered too, each once."""
    whole, own = match("a"), Match(Passage("a#1", "a", 1, 4, 8, "More", "A"), 1.0, 1.0, 0.0)
    assert offered([whole, match("b")], [Asked("?", own, 0.5), Asked("?", whole, 0.5)]) == (whole, match("b"), own)


def test_what_was_found_is_recalled_from_the_ticket():
    """The answers kept with a ticket are the same again; a passage that is gone answers nothing any more."""
    asked = (Asked("a?", match("a"), 0.5), Asked("c?", None, 0.0))
    rows = [one.to_dict(answers_question=False) for one in asked]
    assert recalled(rows, {"a#0": match("a")}.get) == asked
    assert recalled(rows, {}.get)[0].match is None
