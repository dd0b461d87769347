"""The service's search for gaps: what counts as one, that nothing is counted twice, and how one ends."""

from datetime import timedelta

import pytest

from copilot import approval, gap_articles, intake
from copilot.errors import Conflict
from copilot.gap_signals import beside_the_point, kept
from copilot.store import articles, journal
from copilot.store import gaps as store
from tests.builders import QUESTION, make_services

WRAP = ("Engrave pocket knife name?", "Pocket knife: engrave name?", "Engraving: engrave pocket knife name")
NO_DELAY = timedelta(0)
REPLY = "Hello Kim,\n\nYes, we engrave pocket knives up to twelve letters for 8 €.\n\nKind regards,\nSam"


@pytest.fixture(autouse=True)
def _close_words(monkeypatch):
    """The fake embedder knows words only, so that paraphrases are further apart than a model's."""
    monkeypatch.setattr("copilot.gaps.JOIN", 0.3)


def find_all(desk):
    """Let the search come to its end."""
    desk.now.advance(minutes=1)
    while desk.services.gaps.step():
        pass


def gaps_of(desk, *states):
    """The gaps of these states, the most useful first."""
    return desk.do(lambda s: store.ranked(s, states or store.STATES, desk.now(), 50))


def ask(desk, *texts, reply=None):
    """Tickets with these questions go through the pipeline; returns their ids. A person may reply, to "{email}"."""
    found = {}
    for text in texts:
        email = f"kim{desk._count}@example.com"
        found[desk.open(text, email=email)] = email
    desk.process()
    for ticket_id, email in found.items() if reply else ():
        body = reply.replace("{email}", email)
        desk.do(lambda s, t=ticket_id, b=body: intake.write_reply(s, t, b, "Sam", desk.now(), NO_DELAY))
        desk.deliver()
    return list(found)


def test_questions_without_an_article_become_one_gap(desk):
    """Three tickets that ask the same in other words are one gap, named by what they share, with its three tickets."""
    ids = ask(desk, *WRAP)
    assert all(desk.draft(ticket_id) is None for ticket_id in ids)
    find_all(desk)
    (row,) = gaps_of(desk)
    assert (row.tickets, row.recent, row.before) == (3, 3, 0)
    assert "pocket" in row.gap.phrases[0]
    assert row.gap.question in WRAP


def test_what_an_article_answers_is_no_gap(desk):
    """A ticket with a good draft leaves no trace among the gaps."""
    desk.open(QUESTION)
    desk.process()
    find_all(desk)
    assert desk.do(lambda s: store.newest_texts(s, 10)) == []


def test_nothing_is_counted_twice(desk, tmp_path):
    """Looking again, and another process that takes over with nothing in memory, change nothing that is known."""
    ask(desk, *WRAP)
    find_all(desk)
    before = [(row.gap.id, row.gap.size, row.gap.total) for row in gaps_of(desk)]
    find_all(desk)
    desk.now.advance(minutes=6)
    other = make_services(tmp_path / "data", desk.now)
    ask(desk, "Engrave knife name?")
    desk.now.advance(minutes=1)
    while other.gaps.step():
        pass
    (row,) = gaps_of(desk)
    assert (row.gap.id, row.gap.size) == (before[0][0], 4)
    other.close()


def test_only_one_process_searches(desk, tmp_path):
    """While one holds the search another one does nothing, and after the lease it goes on."""
    ask(desk, *WRAP)
    desk.now.advance(minutes=1)
    assert desk.services.gaps.step() > 0
    other = make_services(tmp_path / "data", desk.now)
    ask(desk, "Engrave knife name?")
    desk.now.advance(minutes=1)
    assert other.gaps.step() == 0
    desk.now.advance(minutes=6)
    assert other.gaps.step() > 0
    other.close()


@pytest.mark.parametrize(
    ("reason", "is_one"),
    [
        ("wrong_article", True),
        ("It misses the question. See below", True),
        ("The tone does not fit", False),
        ("", False),
    ],
)
def test_a_rejection_counts_when_it_says_so(desk, reason, is_one):
    """A draft that is rejected as beside the point is a gap's question; one whose tone is wrong is not."""
    assert beside_the_point(reason) is is_one
    if reason:
        desk.open(QUESTION)
        desk.process()
        desk.do(lambda s: approval.reject(s, 1, "Sam", reason, desk.now()))
        find_all(desk)
        assert len(desk.do(lambda s: store.newest_texts(s, 10))) == int(is_one)


def test_an_ignored_draft_counts(desk):
    """A reply in other words beside an open draft is a gap's question; one that uses the draft's words is not."""
    first, second = desk.open(QUESTION), desk.open(QUESTION, email="lee@example.com")
    desk.process()
    draft = desk.draft(second)
    for ticket_id, body in ((first, "We have sold the card business. Ask your bank."), (second, draft.body + " Bye.")):
        desk.do(lambda s, t=ticket_id, b=body: intake.write_reply(s, t, b, "Sam", desk.now(), NO_DELAY))
    find_all(desk)
    assert [q.why for q in desk.do(lambda s: store.unanswered_of(s, [first, second]))] == ["own words"]
    assert kept("", "anything") == 0.0


def test_replies_that_agree_raise_a_gap(desk):
    """The replies that reached customers are found with their questions, and how far they agree."""
    ask(desk, *WRAP, reply=REPLY)
    find_all(desk)
    (row,) = gaps_of(desk)
    assert row.gap.replies == 3
    assert row.gap.agreement > 0.9


def test_an_article_is_started_from_replies(desk):
    """It is an internal draft with the agents' words and without the customer's: no name, address or order number."""
    reply = (
        "Hello Kim,\n\nYes Kim Doe, we engrave knives up to twelve letters. I noted it for order SO-448812 and wrote to"
        " {email}.\n\nKind regards,\nSam"
    )
    ask(desk, *WRAP, reply=reply)
    find_all(desk)
    (row,) = gaps_of(desk)
    started = desk.do(lambda s: gap_articles.start(s, row.gap.id, "The shop", desk.now(), "Robin"))
    article = desk.do(lambda s: articles.find(s, started))
    assert (article.status, article.visibility) == ("draft", "internal")
    assert "we engrave knives up to twelve letters" in article.body
    for private in ("Kim", "Doe", "Sam", "Kind regards", "example.com"):
        assert private not in article.body
    assert desk.do(lambda s: gap_articles.start(s, row.gap.id, "The shop", desk.now(), "Robin")) == started
    assert gaps_of(desk)[0].gap.state == "article"
    assert any(entry.kind == "gap_article_started" for entry in desk.do(lambda s: journal.after(s, 0)))


def test_private_words_are_taken_out():
    """What stands in one reply is the customer's and goes; what stands in several is the shop's and stays."""
    repeated = gap_articles.repeated_in(["Call +49 30 1234567 now", "Or +49 30 1234567, order 99812"])
    text = "Lee Chan, call +49 30 1234567 about 4711-0815 or lee@mail.example, Leeds."
    assert gap_articles.without_private(text, ["Lee Chan", "Lee"], repeated) == (
        "[name], call +49 30 1234567 about [number] or [e-mail], Leeds."
    )


def test_nothing_to_start_from(desk):
    """A gap that nobody answered has no article to begin."""
    ask(desk, *WRAP)
    find_all(desk)
    gap_id = gaps_of(desk)[0].gap.id
    with pytest.raises(Conflict, match="Nobody has answered"):
        desk.do(lambda s: gap_articles.start(s, gap_id, "The shop", desk.now(), "Robin"))


def test_a_gap_closes_when_an_article_answers(desk, now):
    """A new article that answers most of its questions closes it, counts what it saves, and more questions open it."""
    ask(desk, *WRAP)
    find_all(desk)
    desk.article("engraving", "Engraving", "Engrave pocket knife name: engraving takes two days.")
    find_all(desk)
    assert gaps_of(desk)[0].gap.state == "open", "not before the index has it"
    while desk.services.knowledge.sync():
        pass
    find_all(desk)
    (row,) = gaps_of(desk)
    assert (row.gap.state, row.gap.article_id, row.gap.saved) == ("closed", "engraving", 0)
    ticket_id = desk.open("Engrave pocket knife name?", email="new@example.com")
    desk.process()
    draft = desk.draft(ticket_id)
    desk.do(lambda s: approval.approve(s, draft.id, "Sam", desk.now()))
    desk.deliver()
    find_all(desk)
    assert gaps_of(desk)[0].gap.saved == 1


def test_a_dismissed_gap_comes_back_when_it_grows(desk):
    """It stays away with its reason until five more customers ask."""
    ask(desk, *WRAP)
    find_all(desk)
    gap_id = gaps_of(desk)[0].gap.id
    desk.do(lambda s: gap_articles.dismiss(s, gap_id, "We stop engraving.", desk.now(), "Robin"))
    ask(desk, *WRAP[:2])
    find_all(desk)
    assert gaps_of(desk)[0].gap.state == "dismissed"
    ask(desk, *WRAP)
    find_all(desk)
    assert gaps_of(desk)[0].gap.state == "open"
    assert any(entry.kind == "gap_came_back" for entry in desk.do(lambda s: journal.after(s, 0)))


def test_another_model_reads_the_questions_anew(desk, monkeypatch):
    """Vectors of different models are never compared: each gap gets those of the new one first."""
    ask(desk, *WRAP)
    find_all(desk)
    before = gaps_of(desk)[0].gap
    monkeypatch.setattr(type(desk.services.embedder), "fingerprint", property(lambda _: "another"))
    find_all(desk)
    after = gaps_of(desk)[0].gap
    assert (after.embedder, after.id, after.size) == ("another", before.id, before.size)
    assert after.phrases == before.phrases
