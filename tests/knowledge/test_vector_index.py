"""What only the index on a Qdrant server does."""

import numpy as np
import pytest

from copilot.fakes import HashEmbedder
from copilot.settings import Settings
from copilot.wiring import index_of
from knowledge import vector_index
from knowledge.passages import Passage
from knowledge.vector_index import IndexUnavailable, QdrantIndex
from tests.contracts.qdrant_server import running

ONE = np.eye(4, dtype=np.float32)[:1]


def passage(name):
    return Passage(f"{name}#0", name, 0, 0, 1, "t", "T")


def test_a_server_that_does_not_answer_is_unavailable():
    """A server nobody listens at raises the index's own error."""
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9"):
        QdrantIndex("http://127.0.0.1:9", dimension=4, fingerprint="model-1").count()


def test_a_secured_server_is_used_with_its_key(tmp_path, caplog):
    """The key from the settings opens a secured server; without it there is no index, and no message shows the key."""
    with running(api_key="s3cret-key") as url:
        given = {"data_dir": tmp_path, "qdrant_url": url, "_env_file": None}
        settings = Settings(qdrant_api_key="s3cret-key", **given)
        index = index_of(settings, HashEmbedder())
        assert index.count() == 0
        index.close()
        assert "s3cret" not in f"{settings!r}{settings.model_dump()}"
        for wrong in (Settings(**given), Settings(qdrant_api_key="s3cret-not", **given)):
            with pytest.raises(IndexUnavailable) as refused:
                index_of(wrong, HashEmbedder()).count()
            assert "s3cret" not in f"{refused.value!r}{caplog.text}"


def test_a_crash_before_the_payload_index_is_mended():
    """A collection that was made and not yet indexed by article gets its index when it is opened next."""
    indexes: set[tuple[str, str]] = set()
    with running(indexes=indexes) as url:
        for _ in range(2):
            indexes.clear()
            index = QdrantIndex(url, dimension=4, fingerprint="model-1")
            index.count()
            index.close()
            assert sorted(field for _, field in indexes) == ["article_id", "article_id"]


def test_vectors_of_another_model_stay_until_dropped():
    """Under another fingerprint the server's index is empty; the former's collections go when it says so."""
    with running() as url:
        first, second = (QdrantIndex(url, dimension=4, fingerprint=name) for name in ("model-1", "model-2"))
        first.upsert([passage("a")], ONE)
        assert (first.count(), second.count()) == (1, 0)
        second.drop_others()
        again = QdrantIndex(url, dimension=4, fingerprint="model-1")
        assert again.count() == 0
        for index in (first, second, again):
            index.close()


def test_articles_are_listed_page_by_page(monkeypatch):
    """All articles are listed, however many pages that takes."""
    monkeypatch.setattr(vector_index, "PAGE", 3)
    with running() as url:
        index = QdrantIndex(url, dimension=4, fingerprint="model-1")
        index.upsert([passage(str(number)) for number in range(8)], np.repeat(ONE, 8, axis=0))
        assert index.article_ids() == {str(number) for number in range(8)}
        index.close()
