"""Queries a noun at a time: search, journal, configuration, drafts, articles, accounts, the queue's columns."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from copilot.errors import NotFound
from copilot.store import accounts, articles, configuration, drafts, journal, outbox, tickets, waiting
from copilot.store.session import Database
from copilot.store.tables import ApiKey, ArticleRow, PassageRow, SignIn, User, Verdict
from knowledge.passages import CUT
from tests.copilot.store import rows
from tests.copilot.store.rows import NOON


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("PARCEL", {"100% of my parcel", "parcel_4 is lost", "parcel 4 is lost"}),
        ("100%", {"100% of my parcel"}),
        ("l_4", {"parcel_4 is lost"}),
        ("C:\\", {"C:\\temp is full"}),
        ("\\", {"C:\\temp is full"}),
        ("/", {"and/or"}),
        ("'; DROP TABLE ticket; --", set()),
        ("lo\x00st", {"parcel_4 is lost", "parcel 4 is lost"}),
        ("los\ud800t", {"parcel_4 is lost", "parcel 4 is lost"}),
        ("jo@example", {"100% of my parcel", "parcel_4 is lost", "parcel 4 is lost", "C:\\temp is full", "and/or"}),
    ],
)
def test_search_takes_the_text_literally(db: Database, typed: str, expected: set[str]) -> None:
    """Wildcards, backslashes and quotes are looked for as they are; case does not matter; odd input is no error."""
    with db.write() as session:
        owner = rows.customer(session)
        for subject in ("100% of my parcel", "parcel_4 is lost", "parcel 4 is lost", "C:\\temp is full", "and/or"):
            rows.ticket(session, subject, owner, subject=subject)
            session.add(ArticleRow(id=subject, title=subject, body="", content_hash="", updated_at=NOON))
    with db.read() as session:
        assert {ticket.subject for ticket in tickets.recent(session, 10, typed)} == expected
        if "@" not in typed:
            assert {row.title for row in articles.page(session, 10, text=typed)} == expected


def test_a_customer_without_a_name_does_not_hide_a_match(db: Database) -> None:
    """Search finds by name where there is one, and by subject where there is none."""
    with db.write() as session:
        rows.ticket(session, "a", rows.customer(session), subject="Boots")
        rows.ticket(session, "b", rows.customer(session, "kim@example.com", name="Kim Boots"))
    with db.read() as session:
        assert [ticket.external_id for ticket in tickets.recent(session, 10, "boots")] == ["b", "a"]
        assert [ticket.external_id for ticket in tickets.recent(session, 1)] == ["b"]


def test_the_journal_keeps_order_and_data(db: Database) -> None:
    """Entries come back in the order of writing, whatever their time, and can be followed from any of them."""
    with db.write() as session:
        assert journal.newest_id(session) == 0
        journal.record(session, NOON, "first", 1, reason="é", list=[1, {"a": None}])
        session.flush()
        journal.record(session, NOON - timedelta(days=1), "second", 1)
        session.flush()
        journal.record(session, NOON, "of no ticket")
    with db.read() as session:
        first, second = journal.of_ticket(session, 1)
        assert (first.kind, first.data, second.kind, second.data) == (
            "first", {"reason": "é", "list": [1, {"a": None}]}, "second", {},
        )  # fmt: skip
        assert [entry.kind for entry in journal.after(session, first.id or 0)] == ["second", "of no ticket"]
        assert [entry.kind for entry in journal.after(session, 0, limit=1)] == ["first"]
        assert journal.newest_id(session) == journal.after(session, 0)[-1].id


def test_an_entry_goes_with_what_it_tells_of(db: Database) -> None:
    """When the transaction is taken back, so is its entry in the journal."""
    with db.write() as session:
        journal.record(session, NOON, "never", 1)
        session.rollback()
    with db.read() as session:
        assert journal.newest_id(session) == 0


def test_configuration_is_kept_by_version(db: Database) -> None:
    """Each save is the next version of its kind; the newest is in force and every older one can be read."""
    with db.write() as session:
        assert configuration.newest(session, "rules") is None
        assert configuration.versions(session) == {}
        for number in (1, 2, 3):
            assert configuration.save(session, "rules", [{"n": number}], NOON, "Kim").version == number
        configuration.save(session, "autonomy", {}, NOON, "Kim")
    with db.read() as session:
        newest = configuration.newest(session, "rules")
        assert newest is not None
        assert (newest.version, newest.content, newest.by) == (3, [{"n": 3}], "Kim")
        assert configuration.at_version(session, "rules", 1).content == [{"n": 1}]
        assert configuration.versions(session) == {"rules": 3, "autonomy": 1}
        assert [row.version for row in configuration.history(session, "rules", 2)] == [3, 2]
        with pytest.raises(NotFound, match="version 4 of the rules"):
            configuration.at_version(session, "rules", 4)


def test_two_admins_who_save_together_make_two_versions(db: Database) -> None:
    """Both documents are kept, one after the other; none is lost and no version is given twice."""
    gate = threading.Barrier(2)

    def save(number: int) -> int:
        gate.wait(30)
        return db.transact(lambda session: configuration.save(session, "rules", [number], NOON, "Kim")).version

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, range(2))) == [1, 2]


def test_drafts_are_found_and_superseded(db: Database) -> None:
    """The newest draft of each ticket is offered until something newer sets it aside; decided ones stay."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id or 0
        first, second = (rows.message(session, ticket_id, name).id or 0 for name in ("m1", "m2"))
        approved = rows.draft(session, ticket_id, first, state="approved")
        newest = rows.draft(session, ticket_id, second)
    with db.write() as session:
        assert drafts.newest_of(session, [ticket_id]) == {ticket_id: newest}
        assert drafts.drafted_messages(session, [ticket_id]) == {first, second}
        assert drafts.find(session, approved.id or 0).message_id == first
        drafts.supersede(session, ticket_id)
    with db.read() as session:
        assert drafts.find(session, newest.id or 0).state == "superseded"
        assert drafts.find(session, approved.id or 0).state == "approved"
        with pytest.raises(NotFound):
            drafts.find(session, 4711)


def test_verdicts_are_listed_and_counted(db: Database) -> None:
    """Verdicts of a draft come back oldest first; all of them are counted by kind."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id or 0
        draft_id = rows.draft(session, ticket_id, rows.message(session, ticket_id, "m").id or 0).id or 0
        for kind in ("approved", "rejected", "approved"):
            session.add(Verdict(draft_id=draft_id, kind=kind, by="Kim", at=NOON, changed_facts=[]))
            session.flush()
    with db.read() as session:
        assert [verdict.kind for verdict in drafts.verdicts(session, draft_id)] == ["approved", "rejected", "approved"]
        assert drafts.verdict_counts(session) == {"approved": 2, "rejected": 1}


def test_articles_know_what_the_index_lacks(db: Database) -> None:
    """New, changed and withdrawn articles are due for the index; what is marked as indexed is not."""
    with db.write() as session:
        for name in ("a", "b", "gone"):
            session.add(ArticleRow(id=name, title=name, body="", content_hash="1", updated_at=NOON, cut=CUT))
        session.flush()
        passage = PassageRow(id="a#0", article_id="a", ordinal=0, start=0, end=1, heading="", text="x")
        articles.replace_passages(session, ["a"], [passage])
        articles.mark_indexed(session, "b", articles.indexed_as("1", "model-1"))
        articles.mark_indexed(session, "gone", articles.indexed_as("1", "model-1"))
        articles.find(session, "gone").status = "withdrawn"
    with db.write() as session:
        assert [row.id for row in articles.unindexed(session, "model-1", 10)] == ["a", "gone"]
        assert (articles.unindexed_count(session, "model-1"), articles.count(session)) == (1, 2)
        assert articles.indexed_ids(session, "model-1") == {"b"}
        assert [articles.is_indexed(articles.find(session, name)) for name in ("a", "b")] == [False, True]
        assert articles.hashes(session, NOON.date()) == {"a": ("1", CUT), "b": ("1", CUT)}
        assert [(p.id, a.id) for p, a in articles.with_passages(session, ["a", "b", "gone"])] == [("a#0", "a")]
        assert articles.passage_count(session) == 1
        articles.forget_articles(session, ["b"])
    with db.read() as session:
        assert [row.id for row in articles.unindexed(session, "model-1", 10)] == ["a", "b", "gone"]


def test_articles_cut_by_other_rules_are_due(db: Database) -> None:
    """An article whose passages were cut by an earlier version is due, and cutting it changes what copies compare."""
    with db.write() as session:
        session.add(ArticleRow(id="a", title="a", body="", content_hash="1", updated_at=NOON, cut=CUT - 1))
        session.flush()
        articles.mark_indexed(session, "a", articles.indexed_as("1", "model-1"))
    with db.write() as session:
        before = articles.version(session, NOON.date())
        (row,) = articles.lock_all(session, ["a", "unknown"])
        assert [row.id for row in articles.unindexed(session, "model-1", 10)] == ["a"]
        row.cut = CUT
    with db.read() as session:
        assert articles.unindexed_count(session, "model-1") == 0
        assert articles.version(session, NOON.date()) != before


def test_with_another_embedder_every_article_is_due(db: Database) -> None:
    """What was indexed with one embedder counts for nothing with another, and nothing is lost of it meanwhile."""
    with db.write() as session:
        session.add(ArticleRow(id="a", title="a", body="", content_hash="1", updated_at=NOON, cut=CUT))
        session.flush()
        articles.mark_indexed(session, "a", articles.indexed_as("1", "model_1"))
    with db.write() as session:
        assert [row.id for row in articles.unindexed(session, "model-1", 10)] == ["a"]
        assert articles.indexed_ids(session, "model-1") == set()
        assert articles.indexed_ids(session, "model_1") == {"a"}
        articles.forget_index(session)
    with db.read() as session:
        assert articles.unindexed_count(session, "model_1") == 1


def test_a_withdrawn_article_is_not_found(db: Database) -> None:
    """An article that is unknown or withdrawn cannot be read."""
    with db.write() as session:
        session.add(ArticleRow(id="gone", title="gone", body="", content_hash="1", status="withdrawn", updated_at=NOON))
    with db.read() as session, pytest.raises(NotFound):
        articles.find(session, "gone")


def test_passages_are_replaced_as_a_whole(db: Database) -> None:
    """Storing an article's passages again, under the same ids, leaves only the new ones."""
    with db.write() as session:
        session.add(ArticleRow(id="a", title="a", body="", content_hash="1", updated_at=NOON))
        session.flush()
        for texts in (["one", "two"], ["three"]):
            new = [
                PassageRow(id=f"a#{n}", article_id="a", ordinal=n, start=0, end=1, heading="", text=text)
                for n, text in enumerate(texts)
            ]
            articles.replace_passages(session, ["a"], new)
            session.flush()
    with db.read() as session:
        assert [row.text for row in articles.passages_of(session, ["a"])] == ["three"]


def test_sign_ins_end(db: Database) -> None:
    """A sign-in is good until it expires, is ended, or its user is shut out."""
    with db.write() as session:
        user = User(email="kim@example.com", name="Kim", role="agent", password_hash="", created_at=NOON)
        session.add(user)
        session.flush()
        for name in ("a", "b"):
            session.add(SignIn(token_hash=name, user_id=user.id or 0, expires_at=NOON))
    before = NOON - timedelta(seconds=1)
    with db.write() as session:
        assert accounts.signed_in(session, "a", before) == user
        assert accounts.signed_in(session, "a", NOON) is None
        accounts.end_sign_in(session, "a")
        assert accounts.signed_in(session, "a", before) is None
        accounts.user(session, user.id or 0).active = False
        assert accounts.signed_in(session, "b", before) is None
        accounts.drop_expired_sign_ins(session, NOON)
        assert session.get(SignIn, "b") is None


def test_revoked_keys_are_not_found(db: Database) -> None:
    """A key is found by its hash until it is revoked; a hash belongs to one key."""
    with db.write() as session:
        session.add(ApiKey(name="n", role="intake", key_hash="h", created_at=NOON))
    with db.write() as session:
        found = accounts.key_by_hash(session, "h")
        assert found is not None
        found.revoked_at = NOON
        session.flush()
        assert accounts.key_by_hash(session, "h") is None
        assert [row.name for row in accounts.keys(session)] == ["n"]
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(ApiKey(name="other", role="intake", key_hash="h", created_at=NOON))


def test_the_queue_holds_what_waits_for_an_agent(db: Database) -> None:
    """New and open tickets without a reply on its way stand in the queue; others do not."""
    with db.write() as session:
        owner = rows.customer(session)
        for status in ("new", "open", "pending", "on-hold", "solved", "closed"):
            rows.ticket(session, status, owner, status=status)
        rows.ticket(session, "replying", owner, reply_pending=True)
    with db.read() as session:
        entries = waiting.first(session, "paused", NOON, 10)
        assert waiting.count(session, "all", NOON) == 2
        found = tickets.by_ids(session, [entry.id for entry in entries])
        assert {ticket.external_id for ticket in found.values()} == {"new", "open"}
        assert tickets.counts_by_status(session)["new"] == 2
        assert tickets.waiting_count(session) == 7


def test_conversations_come_back_in_order(db: Database) -> None:
    """Messages stand by time, then by arrival; the newest inbound one is the last that was stored."""
    with db.write() as session:
        ticket_id = rows.ticket(session, "t", rows.customer(session)).id or 0
        late = rows.message(session, ticket_id, "late", at=NOON + timedelta(hours=1)).id
        early = rows.message(session, ticket_id, "early").id or 0
        rows.message(session, ticket_id, "reply", direction="outbound", auto_sent=True, at=NOON + timedelta(hours=2))
        rows.reply(session, ticket_id, "r")
    with db.read() as session:
        assert [m.external_id for m in tickets.messages(session, ticket_id)] == ["early", "late", "reply"]
        assert [m.external_id for m in tickets.messages_of(session, [ticket_id])[ticket_id]] == [
            "early",
            "late",
            "reply",
        ]
        assert (late, tickets.newest_inbound_id(session, ticket_id)) == (early - 1, early)
        assert tickets.replies_after(session, ticket_id, early) == 1
        owner = tickets.find(session, ticket_id).customer_id
        assert tickets.auto_replies(session, [owner], NOON) == {owner: [(ticket_id, NOON + timedelta(hours=2))]}
        assert tickets.contacts(session, [owner]) == {owner: 1}
        assert [item.message_ref for item in outbox.of_ticket(session, ticket_id)] == ["r"]
