"""A new embedding model: its vectors are built beside the old ones, through crashes."""

import multiprocessing
import os
import signal
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from copilot.fakes import HashEmbedder
from copilot.former_model import Former
from copilot.knowledge_base import new_article, save_article
from copilot.settings import Settings
from copilot.store import articles as store
from copilot.wiring import Services, build, index_of
from knowledge.embedded_index import EmbeddedIndex
from knowledge.embedding import EmbedderUnavailable

ARTICLES = 60


class OtherEmbedder(HashEmbedder):
    """Another model, which takes its time and counts what it encodes."""

    fingerprint = "hash-bag-of-words-2"

    def __init__(self, pause: float = 0.0) -> None:
        self.pause, self.texts = pause, 0

    def encode(self, texts):
        time.sleep(self.pause)
        self.texts += len(texts)
        return np.roll(super().encode(texts), 7, axis=1)

    def encode_passages(self, texts):
        return self.encode(texts)


def services(folder: Path, embedder: HashEmbedder, *, former_is_there: bool = True) -> Services:
    def former(_recipe):
        if not former_is_there:
            raise EmbedderUnavailable("its weights are gone")
        return Former(HashEmbedder(), index_of(settings, HashEmbedder()))

    settings = Settings(_env_file=None, data_dir=folder)  # type: ignore[call-arg]
    return build(settings, embedder=embedder, open_former=former)


def build_slowly(folder: Path) -> None:
    knowledge = services(folder, OtherEmbedder(pause=0.05)).knowledge
    while knowledge.sync(limit=1):
        pass


def reasons(parts: Services) -> str | None:
    """Why only words are compared, if so."""
    parts.knowledge.refresh()
    return parts.knowledge.search_text("parcel number 7", 3, "public").degraded


def held_by_first(folder: Path) -> int:
    with closing(EmbeddedIndex(folder / "index", dimension=384, fingerprint=HashEmbedder.fingerprint)) as index:
        return index.count()


def test_a_new_model_is_built_beside_the_old_one_and_resumes_after_a_kill(tmp_path: Path) -> None:
    """While the new model's vectors are built, the old ones answer by meaning and progress is told; killed in the
    middle, the work goes on where it stopped; when all is done, the new ones answer and the old ones go."""
    with closing(services(tmp_path, HashEmbedder())) as parts:
        with parts.db.write() as session:
            for number in range(ARTICLES):
                article = new_article(f"a{number}", f"Parcel {number}", f"Parcel number {number} is late.")
                save_article(session, article, parts.now(), "test")
        while parts.knowledge.sync():
            pass
        assert reasons(parts) is None
    builder = multiprocessing.get_context("spawn").Process(target=build_slowly, args=(tmp_path,))
    builder.start()
    after = OtherEmbedder()
    with closing(services(tmp_path, after)) as parts:
        deadline = time.monotonic() + 60
        while parts.knowledge.progress().done < 10 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert builder.pid is not None
        os.kill(builder.pid, signal.SIGKILL)
        builder.join()
        done = parts.knowledge.progress().done
        assert 10 <= done < ARTICLES
        assert reasons(parts) is None
        found = parts.knowledge.search_text("parcel number 7", 3, "public")
        assert (found.matches[0].passage.article_id, found.matches[0].dense > 0.5) == ("a7", True)
        assert parts.knowledge.meanwhile == f"+former-{HashEmbedder.fingerprint}"
        assert held_by_first(tmp_path) == ARTICLES
        after.texts = 0
        while parts.knowledge.sync():
            pass
        # an article that was written but not yet marked is embedded again
        assert after.texts <= ARTICLES - done
        assert (parts.knowledge.progress().waiting, reasons(parts)) == (0, None)
        assert parts.knowledge.index.count() == ARTICLES
        assert held_by_first(tmp_path) == 0
        found = parts.knowledge.search_text("parcel number 7", 3, "public")
        assert (found.matches[0].passage.article_id, found.matches[0].dense > 0.5) == ("a7", True)
        assert parts.knowledge.meanwhile == ""


def test_without_the_former_model_words_answer_until_the_new_one_is_there(tmp_path: Path) -> None:
    """Where the former model cannot be loaded, only words are compared, with the reason, until nine in ten passages of
    the new one are there."""
    with closing(services(tmp_path, HashEmbedder())) as parts:
        with parts.db.write() as session:
            for number in range(20):
                save_article(session, new_article(f"a{number}", "Parcel", f"Number {number}."), parts.now(), "test")
        while parts.knowledge.sync():
            pass
    with closing(services(tmp_path, OtherEmbedder(), former_is_there=False)) as parts:
        parts.knowledge.sync(limit=17)
        told = reasons(parts) or ""
        assert "being built (17 of 20 passages)" in told
        assert "its weights are gone" in told
        parts.knowledge.sync(limit=1)
        assert reasons(parts) is None


def test_going_back_to_the_old_model_half_way_answers_at_once(tmp_path: Path) -> None:
    """With the former model set again before the new one was complete, its vectors answer from the first search on, and
    articles edited meanwhile are embedded anew."""
    with closing(services(tmp_path, HashEmbedder())) as parts, parts.db.write() as session:
        for number in range(10):
            save_article(session, new_article(f"a{number}", "Parcel", f"Parcel number {number}."), parts.now(), "test")
    with closing(services(tmp_path, HashEmbedder())) as parts:
        while parts.knowledge.sync():
            pass
    with closing(services(tmp_path, OtherEmbedder())) as parts:
        with parts.db.write() as session:
            save_article(session, new_article("a0", "Parcel", "Snowshoes are lent out."), parts.now(), "test")
        parts.knowledge.sync(limit=4)
    with closing(services(tmp_path, HashEmbedder())) as parts:
        assert reasons(parts) is None
        with parts.db.read() as session:
            assert store.unindexed_count(session, HashEmbedder.fingerprint) == 5 - 1
        while parts.knowledge.sync():
            pass
        parts.knowledge.refresh()
        assert parts.knowledge.search_text("snowshoes lent", 1, "public").matches[0].passage.article_id == "a0"


def test_reindexing_leaves_what_is_there_findable(tmp_path: Path) -> None:
    """While every article is embedded anew with the same model, the former vectors go on answering."""
    with closing(services(tmp_path, HashEmbedder())) as parts:
        with parts.db.write() as session:
            for number in range(5):
                save_article(session, new_article(f"a{number}", "Parcel", f"Number {number}."), parts.now(), "test")
        while parts.knowledge.sync():
            pass
        parts.knowledge.rebuild()
        assert parts.knowledge.progress().waiting == 5
        assert reasons(parts) is None
        parts.knowledge.sync(limit=2)
        assert (parts.knowledge.progress().waiting, parts.knowledge.index.count()) == (3, 5)
