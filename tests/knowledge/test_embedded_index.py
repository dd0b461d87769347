"""What only the embedded index does: files, processes, damage and a full disk."""

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.fakes import MemoryIndex
from knowledge.embedded_index import FILE, EmbeddedIndex
from knowledge.passages import Passage
from knowledge.vector_index import IndexUnavailable

ONE = np.eye(4, dtype=np.float32)[:1]
PASSAGE = Passage("a#0", "a", 0, 0, 1, "t", "T")


def opened(folder, fingerprint="model-1", dimension=4):
    return EmbeddedIndex(folder, dimension=dimension, fingerprint=fingerprint)


def filled(folder):
    index = opened(folder)
    index.upsert([PASSAGE], ONE)
    return index


def article(name, passages):
    return [Passage(f"{name}#{number}", name, number, 0, 1, "t", "T") for number in range(passages)]


def test_it_survives_a_restart(tmp_path):
    """What was written is there when the folder is opened again."""
    filled(tmp_path).close()
    with closing(opened(tmp_path)) as again:
        assert [hit.passage_id for hit in again.search(ONE[0], 1)] == ["a#0"]


def test_vectors_of_another_model_are_not_seen_and_kept_until_dropped(tmp_path):
    """Under another fingerprint or dimension the index is empty; the former's vectors stay until it drops them."""
    filled(tmp_path).close()
    with closing(opened(tmp_path, "model-2")) as other, closing(opened(tmp_path, dimension=3)) as shorter:
        assert (other.count(), shorter.count()) == (0, 0)
        other.upsert([PASSAGE], ONE)
        with closing(opened(tmp_path)) as first:
            assert first.count() == 1
        other.drop_others()
        assert other.count() == 1
    with closing(opened(tmp_path)) as first:
        assert first.count() == 0


def test_files_of_earlier_versions_go_once_the_index_is_complete(tmp_path):
    """What an index of another kind left in the folder stays until the others' vectors are dropped."""
    (tmp_path / "collection" / "passages").mkdir(parents=True)
    (tmp_path / "meta.json").write_text("{}")
    with closing(filled(tmp_path)) as index:
        assert (tmp_path / "meta.json").exists()
        index.drop_others()
    assert not (tmp_path / "meta.json").exists()
    assert not (tmp_path / "collection").exists()


def test_two_openings_see_each_other(tmp_path):
    """What one writes or removes is found by the other at its next search, as in two processes."""
    with closing(opened(tmp_path)) as left, closing(opened(tmp_path)) as right:
        left.upsert([PASSAGE], ONE)
        assert right.search(ONE[0], 1)[0].passage_id == "a#0"
        right.upsert([PASSAGE], ONE, "internal")
        assert left.search(ONE[0], 1) == []
        assert left.count("all") == 1
        right.remove_articles(["a"])
        assert left.count("all") == 0


def write_for_ever(folder, name):
    index = opened(folder)
    vectors = np.repeat(ONE, 3, axis=0)
    for number in range(1_000_000):
        index.upsert(article(f"{name}-{number}", 3), vectors)


def test_a_process_killed_while_writing_leaves_whole_articles(tmp_path):
    """Of two processes that write at once each is killed at some moment: what is there is whole, and can go on."""
    spawn = multiprocessing.get_context("spawn")
    for round_ in range(2):
        writers = [spawn.Process(target=write_for_ever, args=(tmp_path, f"{round_}{name}")) for name in "xy"]
        for writer in writers:
            writer.start()
        with closing(opened(tmp_path)) as index:
            before, deadline = index.count(), time.monotonic() + 60
            while index.count() < before + 30 and time.monotonic() < deadline:
                time.sleep(0.01)
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
            writer.close()
        with closing(opened(tmp_path)) as index:
            assert index.count() >= before + 30
            assert index.count() == 3 * len(index.article_ids())
    assert not list(tmp_path.glob("*.damaged"))


def rubbish(file):
    file.write_bytes(b"not a database" * 100)


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def alter(statement):
    def change(file):
        with closing(sqlite3.connect(file)) as db, db:
            db.execute(statement)

    return change


DAMAGES = [
    rubbish,
    cut,
    alter("UPDATE entry SET vectors = zeroblob(16)"),
    alter("UPDATE entry SET visibility = 'internal'"),
    alter("UPDATE entry SET passage_ids = '['"),
    alter("PRAGMA user_version = 99"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside(tmp_path, damage):
    """A file that cannot be read or was altered is kept under another name, and an empty one takes its place, twice."""
    for _ in range(2):
        filled(tmp_path).close()
        damage(tmp_path / FILE)
        with closing(opened(tmp_path)) as again:
            assert again.count() == 0
        assert (tmp_path / f"{FILE}.damaged").exists()


def test_damage_while_it_is_open_is_told_and_then_mended(tmp_path):
    """An entry that is damaged under a running process makes one use fail; the next one begins anew."""
    with closing(filled(tmp_path)) as index:
        alter("UPDATE entry SET vectors = zeroblob(16), change = 9")(tmp_path / FILE)
        with pytest.raises(IndexUnavailable, match="damaged"):
            index.count()
        assert index.count() == 0
        index.upsert([PASSAGE], ONE)
        assert index.count() == 1


def test_a_removed_file_is_noticed_while_it_is_open(tmp_path):
    """A process whose index file was removed has an empty index in its place, and can fill it."""
    with closing(filled(tmp_path)) as index:
        for file in tmp_path.iterdir():
            file.unlink()
        assert index.count() == 0
        index.upsert([PASSAGE], ONE)
        assert index.count() == 1


def test_a_full_disk_refuses_writes_and_goes_on_answering(tmp_path):
    """When there is no room a write raises the index's own error; what was there is still found, then and later."""
    with closing(filled(tmp_path)) as index:
        resource = pytest.importorskip("resource")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limits[1]))
        try:
            with pytest.raises(IndexUnavailable, match="cannot be used"):
                index.upsert(article("big", 50_000), np.repeat(ONE, 50_000, axis=0))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert [hit.passage_id for hit in index.search(ONE[0], 3)] == ["a#0"]
        index.upsert(article("later", 1), ONE)
    with closing(opened(tmp_path)) as again:
        assert again.article_ids() == {"a", "later"}


def test_a_folder_that_is_a_file_is_unavailable(tmp_path):
    """A path at which there is a file raises the index's own error."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexUnavailable, match="cannot be used"):
        opened(tmp_path / "file").count()


def test_threads_may_share_it(tmp_path):
    """Writing and searching from several threads loses nothing and fails nowhere."""
    index, failures = opened(tmp_path), []

    def work(number):
        try:
            for again in range(5):
                index.upsert(article(f"{number}-{again}", 2), np.repeat(ONE, 2, axis=0))
                index.search(ONE[0], 5)
                index.remove_articles([f"{number}-{again - 1}"])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert index.article_ids() == {f"{number}-4" for number in range(8)}
    index.close()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "hide", "remove", "restart"]),
        st.sampled_from("abc"),
        st.integers(1, 3),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(STEPS)
def test_any_course_of_events_ends_as_in_memory(tmp_path_factory, steps):
    """Whatever is written, hidden, removed and reopened in whatever order, the same is found as in a plain list."""
    folder, plain = tmp_path_factory.mktemp("index"), MemoryIndex(4)
    index = opened(folder)
    for what, name, passages, axis in steps:
        vectors = np.repeat(np.eye(4, dtype=np.float32)[axis : axis + 1], passages, axis=0)
        if what == "restart":
            index.close()
            index = opened(folder)
        for each in (index, plain):
            if what == "remove":
                each.remove_articles([name])
            elif what != "restart":
                each.upsert(article(name, passages), vectors, "internal" if what == "hide" else "public")
    query = np.array([0.1, 0.2, 0.3, 0.927], dtype=np.float32)
    for audience in ("public", "all"):
        found, expected = (
            {(hit.passage_id, round(hit.score, 5)) for hit in each.search(query, 20, audience)}
            for each in (index, plain)
        )
        assert found == expected
        assert index.count(audience) == plain.count(audience)
    index.close()
