"""Triage that learns: corrections, candidates, comparison, going live, rolling back."""

from datetime import timedelta

import pytest

from copilot import approval, corrections, learning
from copilot.errors import Conflict, Invalid
from copilot.store import journal, labels, triage_versions
from copilot.store.tables import ExampleVector
from copilot.teaching import Recipe
from copilot.web.presenters import triage_view
from copilot.web.representations import triage_json
from tests.builders import CATEGORIES, QUESTION, make_services, row_counts

GIZMO = "My gizmo hums at night"


def correct(desk, ticket_id, category, by="Sam"):
    """An agent corrects the category."""
    services = desk.services
    desk.do(lambda s: corrections.set_category(
        s, ticket_id, category, services.configuration.current(s), services.book, desk.now(), by
    ))  # fmt: skip


def learn(desk):
    """Run the worker's step until nothing is left to do."""
    while desk.services.learning.step():
        pass


def versions(desk):
    """Every version, oldest first."""
    return desk.do(lambda s: list(reversed(triage_versions.latest(s))))


def states(desk):
    """The states of all versions, oldest first."""
    return [version.state for version in versions(desk)]


def told(desk):
    """The journal's entries about triage versions."""
    entries = desk.do(lambda s: journal.after(s, 0, 10_000))
    return [entry for entry in entries if entry.kind.startswith("triage_")]


def teach_gizmos(desk, count=5, category="shipping"):
    """As many tickets about gizmos, all corrected to one category."""
    ids = [desk.open(f"{GIZMO}, part {n}") for n in range(count)]
    desk.process()
    for ticket_id in ids:
        correct(desk, ticket_id, category)
    return ids


def test_a_correction_is_a_label_at_once(desk):
    """Who said what against which prediction is stored in the same transaction, once however often it is said."""
    ticket_id = desk.open()
    desk.process()
    for _ in range(2):
        correct(desk, ticket_id, "shipping")
    (label,) = desk.do(lambda s: labels.up_to(s, "category", 99))
    assert (label.value, label.predicted, label.by, label.confirmed) == ("shipping", "refund", "Sam", False)
    assert label.message_id == desk.ticket(ticket_id).triaged_message_id


def test_the_newest_label_of_a_message_counts(desk):
    """A second thought replaces the first; earlier versions still see the first."""
    ticket_id = desk.open()
    desk.process()
    correct(desk, ticket_id, "shipping")
    correct(desk, ticket_id, None)
    newest = desk.do(labels.newest_id)
    assert [row.value for row in desk.do(lambda s: labels.up_to(s, "category", newest))] == [""]
    assert [row.value for row in desk.do(lambda s: labels.up_to(s, "category", newest - 1))] == ["shipping"]
    assert desk.ticket(ticket_id).category is None
    assert desk.ticket(ticket_id).category_is_manual


def test_an_approval_confirms_what_was_left(desk):
    """Approving a draft speaks weakly for the category, and not at all once a person has set it."""
    left, touched = desk.open(), desk.open()
    desk.process()
    correct(desk, touched, "refund")
    for ticket_id in (left, touched):
        draft = desk.draft(ticket_id)
        desk.do(lambda s, draft=draft: approval.approve(s, draft.id, "Sam", desk.now()))
    found = desk.do(lambda s: labels.up_to(s, "category", 99))
    assert {row.ticket_id: row.confirmed for row in found} == {left: True, touched: False}


def test_a_category_set_by_hand_stays(desk):
    """A corrected category survives triage; an unknown one is refused."""
    ticket_id = desk.open()
    correct(desk, ticket_id, "shipping")
    desk.process()
    assert desk.ticket(ticket_id).category == "shipping"
    with pytest.raises(Invalid) as caught:
        correct(desk, ticket_id, "nope")
    assert caught.value.field == "category"


@pytest.mark.parametrize("category", ["shipping", None])
def test_what_a_person_says_of_the_category_is_said_of_the_scope(desk, category):
    """A ticket that somebody put into a category is within our scope everywhere, and one of none is not."""
    ticket_id = desk.open("zebra xylophone quartz" if category else QUESTION)
    desk.process()
    assert desk.ticket(ticket_id).triage["in_scope"] is (category is None)
    correct(desk, ticket_id, category)
    ticket = desk.ticket(ticket_id)
    assert triage_json(ticket)["in_scope"] is (category is not None)
    shown = triage_view(ticket, ())
    assert shown is not None
    assert shown.in_scope is (category is not None)


def test_a_corrected_mood_applies_the_rules_again(desk):
    """The priority follows the mood that the agent saw, and never falls by itself."""
    desk.configure(
        "rules", [{"name": "r", "when": {"sentiment": ["very negative"]}, "then": {"set_priority": "urgent"}}]
    )
    ticket_id = desk.open()
    services = desk.services
    current, book = desk.do(services.configuration.current), services.book

    def set_mood(level):
        desk.do(lambda s: corrections.set_sentiment(s, ticket_id, level, current, book, desk.now(), "Sam"))

    with pytest.raises(Conflict):
        set_mood("neutral")
    desk.process()
    set_mood("very negative")
    assert desk.ticket(ticket_id).priority == "urgent"
    set_mood("neutral")
    assert (desk.ticket(ticket_id).priority, desk.ticket(ticket_id).triage["sentiment"]["label"]) == (
        "urgent",
        "neutral",
    )
    with pytest.raises(Invalid):
        set_mood("sad")


def test_new_categories_go_live_as_soon_as_they_are_taught(desk):
    """The first version and each new document of an admin need no comparison to go live, and have figures all the
    same."""
    learn(desk)
    (first,) = versions(desk)
    assert (first.state, first.by, first.labels_up_to) == ("live", "test", 0)
    assert first.figures["after"]["n"] == 6
    desk.configure(
        "categories", [*CATEGORIES, {"name": "gizmo", "description": "Gizmos", "examples": ["gizmo", "hum"]}]
    )
    learn(desk)
    assert states(desk) == ["retired", "live"]
    assert versions(desk)[1].figures["before"] is not None
    assert [entry.kind for entry in told(desk)] == ["triage_version_live"] * 2
    assert told(desk)[1].data["fingerprint"] != told(desk)[1].data["before"] == first.fingerprint


def test_tickets_do_not_wait_for_new_categories(desk):
    """Until the new models are taught, the old ones go on; then the new category is known."""
    desk.open()
    desk.process()
    learn(desk)
    desk.configure(
        "categories", [*CATEGORIES, {"name": "gizmo", "description": "Gizmos", "examples": [GIZMO, "gizmos hum"]}]
    )
    early = desk.open(GIZMO)
    desk.process()
    assert desk.ticket(early).category != "gizmo"
    learn(desk)
    late = desk.open(GIZMO)
    desk.process()
    assert desk.ticket(late).triage["category"]["label"] == "gizmo"


def test_labels_are_learned_and_go_live_when_not_worse(desk):
    """After five corrections a version knows what the old one did not; its tickets carry its fingerprint."""
    learn(desk)
    teach_gizmos(desk)
    learn(desk)
    assert states(desk) == ["retired", "live"]
    ticket_id = desk.open(f"{GIZMO}, again")
    desk.process()
    found = desk.ticket(ticket_id)
    assert found.triage["category"]["label"] == "shipping"
    assert "Not worse" in versions(desk)[1].reason
    assert versions(desk)[1].by == learning.BY_ITSELF


def test_few_labels_wait_ten_minutes(desk):
    """Fewer than five are learned once the oldest is ten minutes old."""
    learn(desk)
    teach_gizmos(desk, 1)
    learn(desk)
    assert states(desk) == ["live"]
    desk.now.advance(minutes=10)
    learn(desk)
    assert len(states(desk)) == 2


def test_a_worse_version_is_refused(desk):
    """Labels that contradict the examples and each other do not go live; the old version goes on and it is said why."""
    learn(desk)
    questions = [text for row in CATEGORIES for text in row["examples"]]
    ids = [desk.open(text, email=f"a{n}@example.com") for n, text in enumerate(questions * 3)]
    desk.process()
    for place, ticket_id in enumerate(ids):
        correct(desk, ticket_id, "refund" if (place // 6 + place % 6 // 3) % 2 else "shipping")
    learn(desk)
    assert states(desk) == ["live", "refused"]
    assert "Refused" in versions(desk)[-1].reason
    assert desk.services.models.serving == Recipe(1, 0)


def test_what_is_strictly_worse_never_goes_live(desk, monkeypatch):
    """Whatever the comparison finds worse is refused, in its row and in the journal, once."""
    learn(desk)
    teach_gizmos(desk)
    monkeypatch.setattr(learning.Trial, "is_worse", property(lambda _: True))
    learn(desk)
    assert states(desk) == ["live", "refused"]
    assert told(desk)[-1].kind == "triage_version_refused"
    assert desk.services.models.serving == Recipe(1, 0)
    learn(desk)
    assert len(states(desk)) == 2


def test_rolling_back_holds_the_version(desk):
    """An earlier version is live again and stays: what is learned meanwhile is compared and held until learning goes
    on."""
    learn(desk)
    teach_gizmos(desk)
    learn(desk)
    first, second = versions(desk)
    desk.do(lambda s: learning.roll_back(s, first.id, desk.now(), "Ann"))
    learn(desk)
    assert states(desk) == ["live", "retired"]
    assert desk.services.models.serving == Recipe(1, 0)
    assert (told(desk)[-1].kind, told(desk)[-1].data["before"]) == ("triage_version_rolled_back", second.fingerprint)
    teach_gizmos(desk)
    learn(desk)
    assert states(desk) == ["live", "retired", "held"]
    desk.do(lambda s: learning.let_go_on(s, desk.now(), "Ann"))
    learn(desk)
    assert states(desk) == ["retired", "retired", "live"]


def test_a_version_of_other_categories_cannot_come_back(desk):
    """It would put tickets into categories that are no more: the document comes first."""
    learn(desk)
    desk.configure("categories", CATEGORIES[:1])
    learn(desk)
    with pytest.raises(Conflict, match="shipping"):
        desk.do(lambda s: learning.roll_back(s, versions(desk)[0].id, desk.now(), "Ann"))
    assert states(desk) == ["retired", "live"]


def test_new_categories_go_live_under_a_held_version_too(desk):
    """They are the admin's decision, taught with the labels that the held version had; it goes on being held."""
    learn(desk)
    teach_gizmos(desk)
    learn(desk)
    desk.do(lambda s: learning.roll_back(s, versions(desk)[0].id, desk.now(), "Ann"))
    desk.configure(
        "categories", [*CATEGORIES, {"name": "gizmo", "description": "Gizmos", "examples": ["gizmo", "hum"]}]
    )
    learn(desk)
    live = desk.do(triage_versions.live)
    assert (live.categories_version, live.pinned, live.labels_up_to) == (2, True, 0)
    assert states(desk) == ["retired", "retired", "live", "held"]


def test_labels_of_a_deleted_category_are_ignored_and_said(desk):
    """Teaching goes on without them."""
    learn(desk)
    teach_gizmos(desk)
    desk.configure("categories", CATEGORIES[:1])
    learn(desk)
    newest = versions(desk)[-1]
    assert (newest.state, newest.figures["ignored"]) == ("live", 5)


def test_a_crash_while_teaching_leaves_the_old_version_live(desk, monkeypatch):
    """Whatever goes wrong changes nothing; the candidate is taught by whoever comes next."""
    learn(desk)
    teach_gizmos(desk)

    class Crash(BaseException):
        """The process ends here."""

    def crash(*_):
        raise Crash

    service = desk.services.learning
    monkeypatch.setattr(learning.teaching, "run_trial", crash)
    monkeypatch.setattr(service, "_let_go", lambda _: None)  # a killed process lets go of nothing
    with pytest.raises(Crash):
        service.step()
    monkeypatch.undo()
    assert states(desk) == ["live", "candidate"]
    assert desk.services.models.serving == Recipe(1, 0)
    other = learning.Learning(desk.services.db, desk.now, desk.services.models, service.vectors, "another")
    assert other.step() == 0
    desk.now.advance(learning.LEASE)
    assert other.step() == 1
    assert states(desk) == ["retired", "live"]


def test_two_workers_do_not_teach_the_same(desk):
    """A claimed candidate is passed over, and a result whose claim was lost is thrown away."""
    learn(desk)
    teach_gizmos(desk)
    services = desk.services
    claimed = desk.do(lambda s: learning.claim(s, "another", desk.now()))
    assert claimed is not None
    assert services.learning.step() == 0
    desk.now.advance(learning.LEASE)
    assert services.learning.step() == 1
    late = learning.Learning(services.db, desk.now, services.models, services.learning.vectors, "another")
    with pytest.raises(learning.Lost):
        late._hold(claimed)
    assert states(desk) == ["retired", "live"]


def test_every_process_serves_the_live_version(desk, tmp_path, now):
    """A second process over the same database makes the version again, without embedding anything again."""

    class Counting(type(desk.services.embedder)):
        """Counts the texts that are embedded."""

        seen = 0

        def encode(self, texts):
            self.seen += len(texts)
            return super().encode(texts)

    learn(desk)
    teach_gizmos(desk)
    learn(desk)
    embedder = Counting()
    second = make_services(tmp_path / "data", now, embedder=embedder)
    try:
        with second.db.read() as session:
            current = second.configuration.current(session)
        models = second.models.current(current, usable=True)
        assert models.fingerprint == desk.services.models.current(current, usable=True).fingerprint
        assert embedder.seen == 0
    finally:
        second.close()


def test_vectors_of_texts_that_are_gone_are_forgotten(desk):
    """Only what a version in use is taught from is kept: its examples and what its categories call themselves."""
    learn(desk)
    before = row_counts(desk.services.db)[ExampleVector.__tablename__]
    desk.configure("categories", [{"name": "one", "description": "d", "examples": ["Quite new words"]}])
    learn(desk)
    desk.configure("categories", [{"name": "one", "description": "d", "examples": ["Quite new words", "And these"]}])
    learn(desk)
    assert row_counts(desk.services.db)[ExampleVector.__tablename__] == before - (6 + 2) + (2 + 1)


def test_a_megabyte_of_text_is_learned(desk):
    """The longest ticket there may be is a label like any other."""
    learn(desk)
    ticket_id = desk.open("gizmo " * 160_000)
    desk.process()
    correct(desk, ticket_id, "shipping")
    desk.now.advance(timedelta(minutes=11))
    learn(desk)
    assert states(desk)[-1] in ("live", "refused")


def test_no_categories_teach_nothing(services):
    """Before there are categories, there is nothing to teach."""
    assert services.learning.step() == 1  # models that know no category
    assert services.learning.step() == 0
