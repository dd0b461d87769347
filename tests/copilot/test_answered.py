"""Answers that people gave as a source: the reply that answers, without what belongs to the customer, once."""

import pytest

from copilot.answered import best_reply
from copilot.errors import Invalid
from copilot.knowledge_base import new_article, save_article, withdraw_article
from copilot.store import articles, tickets

ANSWER = "The refund goes back to the card you paid with and takes 5 days."


def silent(done, total):
    """No progress bar."""


@pytest.mark.parametrize(
    ("texts", "best"),
    [
        ([ANSWER, "Glad it helped!"], ANSWER),
        (["We are looking into your request.", ANSWER, "Thank you, have a nice day"], ANSWER),
        (["Glad it helped!"], ""),
        (["", "  "], ""),
        ([], ""),
        (["Wax the boots twice.", "Wash the boots first."], "Wax the boots twice."),
    ],
)
def test_the_reply_that_answers(texts, best):
    """It is the one that says most, never a farewell alone; of equals the first."""
    assert best_reply(texts) == best


@pytest.fixture
def answers(desk, now):
    """Solves tickets with these replies, and reads solved tickets as a source, a minute later each time."""

    class Answers:
        def solve(self, *replies, **who):
            ticket = desk.open(subject="My refund for order 4711-22", **who)
            for text in replies:
                desk.write(ticket, text, "outbound", author="Sam")
            self.set_status(ticket, "solved")
            return f"answer-ticket-{ticket}"

        def set_status(self, ticket, status):
            with desk.services.db.write() as session:
                tickets.find(session, ticket).status = status

        def sync(self):
            now.advance(minutes=1)
            with desk.services.db.write() as session:
                source = desk.services.sources.add(session, "answers", "", "test", 24)
            result = desk.services.sources.sync(source.id, silent)
            return {name: result[name] for name in ("added", "changed", "same", "withdrawn", "refused") if result[name]}

        def row(self, id):
            with desk.services.db.read() as session:
                return articles.get(session, id)

    return Answers()


def test_solved_tickets_are_a_source(answers, desk):
    """Their answers become internal drafts without names, addresses and numbers; new ones come with the next run."""
    first = answers.solve(
        f"Hello Kim,\n\n{ANSWER} Write to kim@example.org or quote 4711-22.\n\nKind regards,\nThe support team",
        "Glad it helped!",
        email="kim@example.org",
        name="Kim Novak",
    )
    assert answers.sync() == {"added": 1}
    row = answers.row(first)
    assert (row.visibility, row.status) == ("internal", "draft")
    assert row.title == "My refund for order [number]"
    assert row.body == f"{ANSWER} Write to [e-mail] or quote [number]."
    answers.solve("Glad it helped!", email="b@example.org")
    second = answers.solve("Boots are waxed twice, and dry for a day.", email="c@example.org")
    assert answers.sync() == {"same": 1, "added": 1}
    assert answers.row(second).body == "Boots are waxed twice, and dry for a day."
    assert answers.sync() == {"same": 2}
    desk.services.knowledge.refresh()
    assert not {first, second} & desk.services.knowledge.facts.keys()


def test_an_answer_is_told_once(answers, desk):
    """What people made of it stays: published, edited or withdrawn, and also when its ticket is open again."""
    kept, dropped = (answers.solve(ANSWER, email=f"{name}@example.org") for name in "ab")
    answers.sync()
    with desk.services.db.write() as session:
        save_article(session, new_article(kept, "Refunds", "In 3 days."), desk.services.now(), "Kim")
        withdraw_article(session, dropped, desk.services.now(), "Kim")
    for id in (kept, dropped):
        ticket = int(id.rpartition("-")[2])
        desk.write(ticket, f"{ANSWER} And then one more day for the bank to book it.", "outbound", author="Sam")
    answers.set_status(int(dropped.rpartition("-")[2]), "open")
    assert answers.sync() == {"same": 2}
    row = answers.row(kept)
    assert (row.body, row.visibility, row.status) == ("In 3 days.", "public", "published")
    assert answers.row(dropped).status == "withdrawn"


def test_answers_that_were_imported_before(answers, desk):
    """An article that is there is left as it is, and belongs to the source from then on."""
    id = answers.solve(ANSWER)
    with desk.services.db.write() as session:
        save_article(session, new_article(id, "Refunds", "In 3 days."), desk.services.now(), "Kim")
    for _ in range(2):
        assert answers.sync() == {"same": 1}
    assert answers.row(id).body == "In 3 days."


def test_answers_have_no_address(desk):
    """Anything else than nothing is refused by the field."""
    with pytest.raises(Invalid) as caught, desk.services.db.write() as session:
        desk.services.sources.add(session, "answers", "https://a.example", "test")
    assert caught.value.field == "address"
