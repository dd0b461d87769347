"""When a part is missing: triage, clock and queue go on, drafts fall back or are held, and the reason is told."""

from functools import partial

import pytest

from copilot.errors import Unavailable
from copilot.fakes import HashEmbedder, MemoryIndex, ScriptedModel
from copilot.llm.server import connect
from copilot.pipeline import MOST_ATTEMPTS
from copilot.wiring import index_of
from knowledge.embedding import EmbedderUnavailable
from tests.builders import ARTICLES, QUESTION, REFUND_FACT, Desk, client_of, gate, make_services, ticket_json, timer
from tests.contracts import openai_server


class MissingEmbedder(HashEmbedder):
    """An embedder whose model cannot be loaded: every use says so, until `missing` is taken back."""

    name = "missing"
    missing = True

    def _check(self):
        if self.missing:
            raise EmbedderUnavailable("the model is missing")

    @property
    def fingerprint(self):
        self._check()
        return "hash-bag-of-words-1"

    @property
    def dimension(self):
        self._check()
        return 384

    def encode(self, texts):
        self._check()
        return super().encode(texts)


class PoisonedEmbedder(HashEmbedder):
    """An embedder with a bug that one word brings out."""

    def encode(self, texts):
        if any("poison" in text for text in texts):
            raise ZeroDivisionError("a bug")
        return super().encode(texts)


@pytest.fixture
def desk_with(tmp_path, now):
    """Builds a seeded desk with parts replaced; closes it at the end."""
    made = []

    def build(*seed, **parts):
        desk = Desk(make_services(tmp_path / "data", now, **parts), now)
        made.append(desk)
        return desk.seed(*seed)

    yield build
    for desk in made:
        desk.services.close()


def in_queue(desk, ticket_id):
    """The ticket's row in the queue, as an agent's program sees it."""
    with client_of(desk.services) as client:
        items = client.get("/api/v1/queue", headers=desk.bearer("agent")).json()["items"]
    return next(item for item in items if item["ticket_id"] == ticket_id)


def readiness(desk):
    """Status and parts of /ready."""
    with client_of(desk.services) as client:
        answer = client.get("/ready")
    return answer.status_code, answer.json()["parts"]


def assert_still_served(desk, ticket_id):
    """Triaged, under its promise, and in the queue with a reason."""
    ticket = desk.ticket(ticket_id)
    assert (ticket.work_state, ticket.triaged_message_id is not None) == ("idle", True)
    assert timer(ticket, "first_response")["due_at"] == "2026-03-02T10:00:00Z"
    assert in_queue(desk, ticket_id)["due_at"] == "2026-03-02T10:00:00Z"


def test_everything_there_is_ready(desk):
    """With all parts working /ready is 200."""
    status, parts = readiness(desk)
    assert status == 200
    assert {name: part["ok"] for name, part in parts.items()} == dict.fromkeys(parts, True)


def test_without_an_embedder(desk_with, now):
    """Words, rules and SLA still work, the draft is held with the reason, and /ready says 503 and why."""
    desk = desk_with("categories", "policies", embedder=MissingEmbedder(), open_index=None)
    desk.article("refunds", "Refund times", f"When do I get my refund? {REFUND_FACT}")
    desk.configure("rules", [{"name": "refunds", "when": {"words": ["refund"]}, "then": {"set_priority": "high"}}])
    desk.automate("refund")
    ticket_id = desk.open()
    desk.process()
    assert_still_served(desk, ticket_id)
    ticket, draft = desk.ticket(ticket_id), desk.draft(ticket_id)
    assert (ticket.priority, ticket.category, ticket.language) == ("high", None, "en")
    assert "not available" in ticket.triage["reasons"][0]
    if draft is None:
        assert ticket.no_draft_reason
    else:
        assert draft.action == "hold"
        assert "only words were compared" in gate(draft, "writer")["reason"]
    status, parts = readiness(desk)
    assert (status, parts["model"]) == (503, {"ok": False, "detail": "the model is missing"})


def test_an_embedder_that_comes_back(desk_with, now):
    """When the model is there again, the next ticket is triaged and drafted fully, without a restart."""
    embedder = MissingEmbedder()
    desk = desk_with("categories", "policies", embedder=embedder, open_index=MemoryIndex)
    first = desk.open()
    desk.process()
    embedder.missing = False
    desk.seed("articles")
    second = desk.open(email="b@example.com")
    desk.process()
    assert (desk.ticket(first).category, desk.ticket(second).category) == (None, "refund")
    assert desk.draft(second).citations[0]["article_id"] == "refunds"
    assert readiness(desk)[0] == 200


def test_with_a_broken_index(desk_with, now):
    """The index fails: words alone are compared, the draft is held with the reason, /ready says 503 and why."""
    index = MemoryIndex()
    desk = desk_with(open_index=lambda: index)
    desk.automate("refund")
    index.broken = "the search index is damaged"
    ticket_id = desk.open()
    desk.process()
    assert_still_served(desk, ticket_id)
    draft = desk.draft(ticket_id)
    if draft is None:
        assert desk.ticket(ticket_id).no_draft_reason
    else:
        assert draft.action == "hold"
        assert "damaged" in gate(draft, "writer")["reason"]
    assert desk.ticket(ticket_id).category == "refund"
    status, parts = readiness(desk)
    assert (status, parts["index"]["ok"]) == (503, False)
    assert "damaged" in parts["index"]["detail"]


@pytest.fixture
def desk_on_disk(desk_with, tmp_path):
    """Builds a desk over an embedded index in the data folder, with one article that is not indexed yet."""

    def build():
        embedder = HashEmbedder()
        opened = partial(index_of, desk_settings(tmp_path), embedder)
        desk = desk_with("categories", "policies", embedder=embedder, open_index=opened)
        desk.article("refunds", "Refund times", f"When do I get my refund? {REFUND_FACT}")
        return desk

    return build


def test_with_an_index_that_cannot_be_opened(desk_on_disk, tmp_path):
    """Something in the index's way stops neither the start nor triage, SLA and queue; /ready says 503 and why."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "index").write_text("in the way")
    desk = desk_on_disk()
    ticket_id = desk.open()
    desk.process()
    assert_still_served(desk, ticket_id)
    status, parts = readiness(desk)
    assert (status, parts["index"]["ok"]) == (503, False)
    assert "index" in parts["index"]["detail"]


def test_with_a_corrupt_index_on_disk(desk_on_disk, tmp_path):
    """Rubbish where the embedded index should be is set aside, and the index is filled again from the database."""
    (tmp_path / "data" / "index").mkdir(parents=True)
    (tmp_path / "data" / "index" / "meta.json").write_bytes(b"\x00rubbish{")
    desk = desk_on_disk()
    ticket_id = desk.open()
    desk.process()
    assert_still_served(desk, ticket_id)
    desk.services.knowledge.sync()
    assert desk.services.knowledge.index.count() == 1
    assert readiness(desk)[0] == 200


def desk_settings(tmp_path):
    """Settings that name the index below the data folder."""
    from copilot.settings import Settings

    return Settings(_env_file=None, data_dir=tmp_path / "data")


def test_without_articles_the_reason_is_told(desk_with):
    """No article at all, or none that matches, is said instead of a draft."""
    desk = desk_with("categories", "policies")
    empty = desk.open()
    desk.process()
    assert desk.ticket(empty).no_draft_reason == "There are no articles yet."
    desk.seed("articles")
    strange = desk.open("Quantum chromodynamics lattice gauge?", email="b@example.com")
    desk.process()
    assert desk.draft(strange) is None
    assert "article" in desk.ticket(strange).no_draft_reason
    assert desk.steps(strange)[-1] == "no_draft"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unavailable("m is down."), "m is down."),
        ("rubbish", "is not the JSON asked for"),
        ([99], "was not offered"),
        ([], "found no answer"),
    ],
)
def test_a_language_model_that_fails(desk_with, answer, reason):
    """The draft falls back to an extractive one and is held with the reason, in automatic categories too."""
    desk = desk_with(llm=ScriptedModel(answer))
    desk.automate("refund")
    ticket_id = desk.open()
    desk.process()
    assert_still_served(desk, ticket_id)
    draft = desk.draft(ticket_id)
    assert (draft.action, draft.writer) == ("hold", "extractive")
    assert REFUND_FACT in draft.body
    assert reason in gate(draft, "writer")["reason"]


def test_a_language_model_that_works(desk_with):
    """The chosen sentences make the draft, in their order, and it may leave."""
    desk = desk_with(
        llm=ScriptedModel(lambda q: [n for n, _, text in q.sentences if text.startswith("A refund reaches")])
    )
    desk.automate("refund")
    ticket_id = desk.open()
    desk.process()
    draft = desk.draft(ticket_id)
    assert (draft.action, draft.writer) == ("send", "scripted")
    assert [citation["quote"] for citation in draft.citations] == [REFUND_FACT]
    assert QUESTION not in draft.body


@pytest.mark.parametrize("answer", [openai_server.silent, openai_server.dripping, openai_server.failing(500)])
def test_a_real_server_that_is_slow_or_down(desk_with, answer):
    """Eight tickets in front of a dead server are all held, and do not wait one after the other for the deadline."""
    with openai_server.running(answer) as script:
        model = connect("m", 0.5, None, script.url)
        desk = desk_with(llm=model)
        ids = [desk.open(email=f"{n}@example.com") for n in range(8)]
        desk.process()
        assert len(script.requests) < 2 * len(ids)  # each is tried twice at most, and after some failures none
        script.over.set()
        model.close()
        model._client.close()
    for ticket_id in ids:
        draft = desk.draft(ticket_id)
        assert (draft.action, gate(draft, "writer")["passed"]) == ("hold", False)


def test_a_poisonous_ticket_does_not_block_its_batch(desk_with, now):
    """A ticket that brings out a bug is tried again with growing pauses and then fails; its neighbours never notice."""
    desk = desk_with(embedder=PoisonedEmbedder())
    good = [desk.open(), desk.open(email="b@example.com")]
    bad = desk.open("This is poison.", email="c@example.com")
    assert desk.services.pipeline.process_batch() == 3
    assert all(desk.draft(ticket_id) is not None for ticket_id in good)
    waits = []
    for _ in range(MOST_ATTEMPTS - 1):
        ticket = desk.ticket(bad)
        assert (ticket.work_state, desk.process()) == ("waiting", 0)
        waits.append((ticket.work_after - now()).total_seconds())
        now.advance(seconds=waits[-1])
        desk.process()
    assert waits == [4, 8, 16, 32]
    ticket = desk.ticket(bad)
    assert (ticket.work_state, ticket.no_draft_reason) == ("failed", "Processing failed: ZeroDivisionError.")
    now.advance(days=1)
    assert desk.process() == 0
    assert in_queue(desk, bad)["due_at"]
    assert desk.steps(bad).count("processing_failed") == MOST_ATTEMPTS
    with client_of(desk.services) as client:
        assert client.get(f"/api/v1/tickets/{bad}", headers=desk.bearer()).json()["processed"] is True


def test_a_failed_ticket_gets_another_chance(desk_with, now):
    """What the customer writes next puts a failed ticket before the pipeline again."""
    desk = desk_with(embedder=PoisonedEmbedder())
    bad = desk.open("poison")
    for _ in range(MOST_ATTEMPTS):
        desk.process()
        now.advance(minutes=2)
    assert desk.ticket(bad).work_state == "failed"
    desk.write(bad, QUESTION)
    assert (desk.ticket(bad).work_state, desk.ticket(bad).attempts) == ("waiting", 0)


def test_a_dead_receiver_shows_in_the_check_and_not_in_ready(desk_with):
    """Delivery that does not work is told, but requests can still be served."""
    desk = desk_with()
    desk.transport.broken = "unplugged"
    status, parts = readiness(desk)
    assert (status, parts["delivery"]) == (200, {"ok": False, "detail": "unplugged"})


def test_a_restart_continues(tmp_path, now):
    """What was taken in, drafted and decided before a stop is processed, approved and delivered after it."""
    before = Desk(make_services(tmp_path / "data", now), now).seed()
    drafted = before.open()
    before.process()
    waiting = before.open(email="b@example.com")
    before.automate("refund")
    with client_of(before.services) as client:
        address = f"/api/v1/drafts/{before.draft(drafted).id}/approval"
        assert client.post(address, json={}, headers=before.bearer("agent")).status_code == 200
    after = Desk(make_services(tmp_path / "data", now), now)
    after.services.knowledge.rebuild()  # the index in memory is gone; SQL has everything to build it anew
    assert after.services.knowledge.sync() == len(ARTICLES)
    after.process()
    now.advance(seconds=30)
    assert after.deliver() == 2
    assert after.ticket(drafted).status == after.ticket(waiting).status == "pending"
    assert after.steps(drafted)[:3] == ["received", "triaged", "drafted"]
    after.services.close()


def test_a_worker_that_died_leaves_its_tickets_to_the_next(tmp_path, now):
    """Tickets claimed by a vanished worker are taken over when its lease has run out, and not before."""
    desk = Desk(make_services(tmp_path / "data", now), now).seed()
    ticket_id = desk.open()
    desk.services.pipeline._claim()
    after = Desk(make_services(tmp_path / "data", now), now)
    assert after.process() == 0
    now.advance(seconds=after.services.settings.lease_seconds)
    assert after.process() == 1
    assert after.draft(ticket_id) is not None
    desk.services.close()
    after.services.close()


def test_the_last_lease_wins(tmp_path, now):
    """Work done under a lease that another worker has taken over is thrown away, not recorded twice."""
    first = Desk(make_services(tmp_path / "data", now), now).seed()
    ticket_id = first.open()
    snapshots, configuration = first.services.pipeline._claim()
    now.advance(seconds=61)
    second = Desk(make_services(tmp_path / "data", now), now)
    second.process()
    first.services.pipeline._process(snapshots, configuration)
    assert second.steps(ticket_id).count("drafted") == second.steps(ticket_id).count("triaged") == 1
    first.services.close()
    second.services.close()


def test_the_probes_need_no_key(desk):
    """/health, /ready and /metrics answer anybody; the metrics count tickets and replies."""
    desk.open()
    with client_of(desk.services) as client:
        assert client.get("/health").json() == {"status": "ok"}
        metrics = client.get("/metrics").text
        assert client.post("/api/v1/tickets", json=ticket_json()).status_code == 401
    assert "answerable_tickets_to_process 1.0" in metrics


def test_the_progress_of_the_index_is_told(desk_with):
    """While articles wait for the index, /ready and /metrics say how far it is; then they no longer do."""
    desk = desk_with("articles")
    desk.article("late", "Late", "Late parcels are searched for.")
    done = len(ARTICLES)
    with client_of(desk.services) as client:
        part, metrics = client.get("/ready").json()["parts"]["index"], client.get("/metrics").text
        assert part["ok"]
        assert part["detail"] == f"embedded: {done} of {done + 1} articles"
        assert f'answerable_articles{{state="indexed"}} {float(done)}' in metrics
        assert 'answerable_articles{state="waiting"} 1.0' in metrics
        desk.services.knowledge.sync()
        assert client.get("/ready").json()["parts"]["index"]["detail"] == "embedded"


def test_metrics_go_on_without_a_model(desk_with):
    """While the model cannot be loaded, the other metrics are still told."""

    class Broken(HashEmbedder):
        @property
        def fingerprint(self):
            raise EmbedderUnavailable("no weights")

    desk = desk_with("categories", embedder=Broken())
    with client_of(desk.services) as client:
        metrics = client.get("/metrics").text
    assert "answerable_tickets_to_process" in metrics
    assert "answerable_articles{" not in metrics
