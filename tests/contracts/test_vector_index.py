"""What every vector index promises: the embedded one, Qdrant over HTTP, and the one in memory alike."""

import numpy as np
import pytest

from copilot.fakes import MemoryIndex
from knowledge.embedded_index import EmbeddedIndex
from knowledge.passages import Passage
from knowledge.vector_index import IndexUnavailable, QdrantIndex, VectorIndex
from tests.contracts.qdrant_server import running

D = 4
AXES = np.eye(D, dtype=np.float32)


@pytest.fixture(params=["memory", "embedded", "qdrant server"])
def index(request, tmp_path):
    made: VectorIndex
    if request.param == "qdrant server":
        with running() as url:
            made = QdrantIndex(url, dimension=D, fingerprint="model-1")
            yield made
            made.close()
            return
    if request.param == "memory":
        made = MemoryIndex(D, "model-1")
    else:
        made = EmbeddedIndex(tmp_path / "index", dimension=D, fingerprint="model-1")
    yield made
    made.close()


def passage(article_id, ordinal=0):
    return Passage(f"{article_id}#{ordinal}", article_id, ordinal, 0, 1, "t", "T")


def test_the_nearest_come_first(index):
    """A search returns at most `limit` hits by falling similarity, with their ids."""
    index.upsert([passage("a"), passage("b"), passage("c")], AXES[:3])
    hits = index.search(np.array([0.6, 0.8, 0, 0]), 2)
    assert [(hit.passage_id, hit.article_id) for hit in hits] == [("b#0", "b"), ("a#0", "a")]
    assert [hit.score for hit in hits] == pytest.approx([0.8, 0.6])


def test_the_public_never_sees_internal_passages(index):
    """Internal passages are found for "all" and for nobody else."""
    index.upsert([passage("open")], AXES[:1])
    index.upsert([passage("secret")], AXES[:1], "internal")
    assert [hit.article_id for hit in index.search(AXES[0], 9)] == ["open"]
    assert {hit.article_id for hit in index.search(AXES[0], 9, "all")} == {"open", "secret"}
    assert (index.count("public"), index.count()) == (1, 2)


def test_upsert_replaces_an_article(index):
    """Writing an article again leaves nothing of its earlier passages, even when its visibility changed."""
    index.upsert([passage("a", 0), passage("a", 1), passage("b")], AXES[:3])
    index.upsert([passage("a", 0)], AXES[3:], "internal")
    assert [hit.passage_id for hit in index.search(AXES[0], 9)] == ["b#0"]
    assert index.search(AXES[3], 1, "all")[0].score == pytest.approx(1)
    assert index.count() == 2


def test_removing_articles(index):
    """Removed articles are gone in both visibilities; unknown ids and no ids are no error."""
    index.upsert([passage("a"), passage("b")], AXES[:2])
    index.upsert([passage("c")], AXES[:1], "internal")
    index.remove_articles(["a", "c", "unknown"])
    index.remove_articles([])
    assert [hit.article_id for hit in index.search(AXES[0], 9, "all")] == ["b"]


def test_an_empty_index_finds_nothing(index):
    """Searching an index without passages gives no hits."""
    assert index.search(AXES[0], 5, "all") == []
    assert index.count() == 0


def test_it_lists_its_articles(index):
    """Every article with passages is listed once, public or internal, and removed ones no more."""
    index.upsert([passage("a", 0), passage("a", 1), passage("b")], AXES[:3])
    index.upsert([passage("c")], AXES[:1], "internal")
    index.remove_articles(["b"])
    assert index.article_ids() == {"a", "c"}


def test_what_others_left_can_be_dropped(index):
    """Dropping the vectors of other embedders leaves one's own."""
    index.upsert([passage("a")], AXES[:1])
    index.drop_others()
    assert index.article_ids() == {"a"}


@pytest.mark.parametrize("vectors", [AXES[:2], AXES[:1, :3], np.full((1, D), np.nan)])
def test_wrong_vectors_are_refused(index, vectors):
    """Vectors of a wrong shape or with values that are not finite raise an error that names them."""
    with pytest.raises(ValueError, match="vectors"):
        index.upsert([passage("a")], vectors)
    assert index.count() == 0


def test_a_closed_index_is_unavailable(index):
    """After closing, which may be done twice, every use says that the index is closed."""
    index.close()
    index.close()
    for use in (
        lambda: index.search(AXES[0], 1),
        index.count,
        index.article_ids,
        index.drop_others,
        lambda: index.remove_articles(["a"]),
    ):
        with pytest.raises(IndexUnavailable, match="closed"):
            use()


def test_it_tells_its_fingerprint(index):
    """The fingerprint is the one given."""
    assert index.fingerprint == "model-1"
