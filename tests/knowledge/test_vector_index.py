"""What only the Qdrant index does: files, locks and servers."""

import sqlite3
import threading

import numpy as np
import pytest

from knowledge.passages import Passage
from knowledge.vector_index import IndexUnavailable, QdrantIndex

ONE = np.eye(4, dtype=np.float32)[:1]
PASSAGE = Passage("a#0", "a", 0, 0, 1, "t", "T")


def opened(path, fingerprint="model-1"):
    return QdrantIndex(path=path, dimension=4, fingerprint=fingerprint)


def test_it_survives_a_restart(tmp_path):
    """What was written is there when the folder is opened again."""
    first = opened(tmp_path)
    first.upsert([PASSAGE], ONE)
    first.close()
    again = opened(tmp_path)
    assert [hit.passage_id for hit in again.search(ONE[0], 1)] == ["a#0"]
    again.close()


def test_vectors_of_another_model_are_not_seen(tmp_path):
    """Under another fingerprint the index is empty, and a reset drops what the other one left."""
    first = opened(tmp_path)
    first.upsert([PASSAGE], ONE)
    first.close()
    other = opened(tmp_path, "model-2")
    assert other.count() == 0
    other.reset()
    other.close()
    first = opened(tmp_path)
    assert first.count() == 0
    first.close()


def test_a_second_opening_is_refused_in_plain_words(tmp_path):
    """While one index has the folder open, another one says so."""
    first = opened(tmp_path)
    first.count()
    with pytest.raises(IndexUnavailable, match="another process has it open"):
        opened(tmp_path).count()
    first.close()
    again = opened(tmp_path)
    assert again.count() == 0
    again.close()


def damage(folder, what):
    """Leave the index's files as a crash or a full disk might."""
    if what == "meta.json":
        (folder / what).write_text("{")
        return
    for file in folder.rglob("storage.sqlite"):
        if what == "storage.sqlite":
            file.write_bytes(b"not a database" * 100)
        else:
            with sqlite3.connect(file) as database:
                database.execute("UPDATE points SET point = 'x'")
            database.close()


@pytest.mark.parametrize("what", ["meta.json", "storage.sqlite", "a point"])
def test_a_damaged_index_is_set_aside(tmp_path, what):
    """Files that cannot be read are kept under another name, and an empty index takes their place, twice in a row."""
    for _ in range(2):
        index = opened(tmp_path / "index")
        index.upsert([PASSAGE], ONE)
        index.close()
        damage(tmp_path / "index", what)
        again = opened(tmp_path / "index")
        assert again.count() == 0
        again.close()
        assert (tmp_path / "index-damaged" / "meta.json").exists()


def test_a_folder_that_is_a_file_is_unavailable(tmp_path):
    """A path at which there is a file raises the index's own error."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexUnavailable, match="cannot be used"):
        opened(tmp_path / "file").count()


def test_a_server_that_does_not_answer_is_unavailable():
    """A server nobody listens at raises the index's own error."""
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9"):
        QdrantIndex(url="http://127.0.0.1:9", dimension=4, fingerprint="model-1").count()


@pytest.mark.parametrize("where", [{}, {"path": "x", "url": "http://127.0.0.1:9"}])
def test_exactly_one_place_is_needed(where):
    """Neither a path nor a URL, or both, is a mistake of the caller."""
    with pytest.raises(ValueError, match="path, url"):
        QdrantIndex(dimension=4, fingerprint="model-1", **where)


def test_threads_may_share_it(tmp_path):
    """Writing and searching from several threads loses nothing and fails nowhere."""
    index = opened(tmp_path)
    failures = []

    def work(number):
        try:
            index.upsert([Passage(f"{number}#0", str(number), 0, 0, 1, "t", "T")], ONE)
            index.search(ONE[0], 5)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert index.count() == 8
    index.close()
