"""The whole way from a question to passages and the way into the index, beside LangChain with FAISS and Haystack.

Same encoder, same passages. The encoder is timed once, in batches of 8 sorted by length; each way is then timed with
the vectors given, so that "of the encoder" is the encoder's time over both together and no peer pays for another's
noise. A peer that is not installed is named and left out (`pip install --group peers` has them).
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

from copilot.evals.retrieval import Question, read_questions
from knowledge.embedded_index import EmbeddedIndex
from knowledge.embedding import Embedder, SentenceTransformerEmbedder, Vectors
from knowledge.importers import read_articles
from knowledge.lexical import LexicalIndex
from knowledge.passages import Passage, embedding_text, split
from knowledge.retrieval import Retriever

LIMIT = 10
SETS = ("techqa", "stackfaq")

Ask = Callable[[str, Vectors], Sequence[str]]
"""Gives article ids for a question and its vector, best first."""


def answerable(passages: Sequence[Passage], vectors: Vectors, folder: Path) -> Ask:
    """The product's own way: meaning and words, articles judged by several passages."""
    index = EmbeddedIndex(folder, dimension=vectors.shape[1], fingerprint="benchmark")
    index.upsert(passages, vectors)
    retriever = Retriever(index, LexicalIndex(passages))

    def ask(text: str, vector: Vectors) -> list[str]:
        return [match.passage.article_id for match in retriever.search(text, vector, LIMIT).matches]

    return ask


def langchain_faiss(passages: Sequence[Passage], vectors: Vectors, _folder: Path) -> Ask:
    """LangChain's FAISS store with its defaults: exact, by distance."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import DeterministicFakeEmbedding

    pairs = [(embedding_text(passage), vector.tolist()) for passage, vector in zip(passages, vectors, strict=True)]
    known = [{"article": passage.article_id} for passage in passages]
    # vectors are given, so its embedder is never asked
    store = FAISS.from_embeddings(pairs, DeterministicFakeEmbedding(size=vectors.shape[1]), metadatas=known)

    def ask(_text: str, vector: Vectors) -> list[str]:
        return [str(found.metadata["article"]) for found in store.similarity_search_by_vector(vector.tolist(), LIMIT)]

    return ask


def haystack_memory(passages: Sequence[Passage], vectors: Vectors, _folder: Path) -> Ask:
    """Haystack's store in memory and its retriever."""
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    store.write_documents([
        Document(id=passage.id, content=embedding_text(passage), meta={"article": passage.article_id}, embedding=row)
        for passage, row in zip(passages, vectors.tolist(), strict=True)
    ])  # fmt: skip
    retriever = InMemoryEmbeddingRetriever(store, top_k=LIMIT)

    def ask(_text: str, vector: Vectors) -> list[str]:
        found = retriever.run(query_embedding=vector.tolist())["documents"]
        return [str(document.meta["article"]) for document in found]

    return ask


WAYS: dict[str, tuple[Callable[[Sequence[Passage], Vectors, Path], Ask], str]] = {
    "answerable": (answerable, "numpy"),
    "LangChain + FAISS": (langchain_faiss, "langchain_community"),
    "Haystack, in memory": (haystack_memory, "haystack"),
}


def main() -> None:
    """Print a table a set."""
    shared = Path(os.environ.get("ANSWERABLE_SHARED_DATA", "../shared/data")) / "knowledge"
    if not shared.exists():
        print(f"left out: no questions at {shared} (set ANSWERABLE_SHARED_DATA)")
        return
    missing = sorted({module for _, module in WAYS.values() if find_spec(module) is None})
    if missing:
        print("not installed, left out:", ", ".join(missing))
    embedder = SentenceTransformerEmbedder()
    embedder.encode(["warm up"])
    for name in SETS:
        compare(shared / f"{name}_articles.jsonl", shared / f"{name}_queries_dev.jsonl", embedder, missing)


def compare(articles: Path, queries: Path, embedder: Embedder, missing: Sequence[str]) -> None:
    """Time and judge every way on one set."""
    known = list(read_articles([articles]))
    passages = [passage for article in known for passage in split(article)]
    questions = list(read_questions(queries, {article.id for article in known}))
    vectors, indexing = timed(lambda: embedder.encode_passages([embedding_text(passage) for passage in passages]))
    asked, asking = timed(lambda: embedder.encode([question.text for question in questions]))
    print(f"\n{articles.name}: {len(passages)} passages, {len(questions)} questions; the encoder alone takes "
          f"{indexing:.1f} s and {asking:.1f} s")  # fmt: skip
    print(f"{'':<22} {'R@1':>6} {'R@5':>6} {'ms a question':>14} {'of encoder':>11} {'build, s':>9} {'of encoder':>11}")
    for name, (make, module) in WAYS.items():
        if module in missing:
            continue
        with tempfile.TemporaryDirectory() as folder:
            ask, build = timed(partial(make, passages, vectors, Path(folder)))
            ask(questions[0].text, asked[0])
            found, own = timed(partial(all_asked, ask, questions, asked))
        judged = f"{recall(questions, found, 1):>6.3f} {recall(questions, found, 5):>6.3f}"
        asks = f"{1_000 * own / len(questions):>14.2f} {asking / (asking + own):>11.2f}"
        print(f"{name:<22} {judged} {asks} {build:>9.2f} {indexing / (indexing + build):>11.2f}", flush=True)


def all_asked(ask: Ask, questions: Sequence[Question], vectors: Vectors) -> list[Sequence[str]]:
    """What a way finds for every question, one after the other."""
    return [ask(question.text, vector) for question, vector in zip(questions, vectors, strict=True)]


def recall(questions: Sequence[Question], found: Sequence[Sequence[str]], limit: int) -> float:
    """Share of the right articles among the first different ones, over the answerable questions."""
    return fmean(
        len(question.article_ids & set(list(dict.fromkeys(ids))[:limit])) / len(question.article_ids)
        for question, ids in zip(questions, found, strict=True)
        if question.article_ids
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and its seconds."""
    start = perf_counter()
    return work(), perf_counter() - start


if __name__ == "__main__":
    main()
