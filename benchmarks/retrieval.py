"""The whole way from a question to passages and the way into the index, beside LangChain with FAISS and Haystack.

Same model, same passages. Questions come one at a time, as customers and agents ask them: each is asked of every way in
turn, so that all meet the same noise, and each way encodes it as it does by itself, the peers with
`SentenceTransformer.encode`. "Of the encoder" is that call's time over the whole way's. Building an index is timed with
the vectors given, beside the encoder in batches. A peer that is not installed is named and left out (`pip install
--group peers` has them).
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time
from typing import Any

import numpy as np

from copilot.evals.retrieval import Question, read_questions
from knowledge.embedded_index import EmbeddedIndex
from knowledge.embedding import SentenceTransformerEmbedder, Vectors
from knowledge.importers import read_articles
from knowledge.lexical import LexicalIndex
from knowledge.passages import Passage, embedding_text, split
from knowledge.retrieval import Retriever

LIMIT = 10
TIMED = 200
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


def compare(articles: Path, queries: Path, embedder: SentenceTransformerEmbedder, missing: Sequence[str]) -> None:
    """Time and judge every way on one set."""
    known = list(read_articles([articles]))
    passages = [passage for article in known for passage in split(article)]
    questions = list(read_questions(queries, {article.id for article in known}))
    vectors, indexing = timed(lambda: embedder.encode_passages([embedding_text(passage) for passage in passages]))
    asked = embedder.encode([question.text for question in questions])
    print(f"\n{articles.name}: {len(passages)} passages, {len(questions)} questions; encoding the passages takes "
          f"{indexing:.1f} s")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        made = {
            name: timed(partial(make, passages, vectors, Path(folder)))
            for name, (make, module) in WAYS.items()
            if module not in missing
        }
        alone, whole = one_at_a_time({name: ask for name, (ask, _) in made.items()}, questions, embedder)
        columns = f"{'ms a question':>14} {'of encoder':>11} {'build, s':>9} {'of encoder':>11}"
        print(f"{'':<22} {'R@1':>6} {'R@5':>6} {columns}")
        print(f"{'the encoder alone':<22} {'':>6} {'':>6} {1_000 * alone:>14.2f} {1:>11.2f}")
        for name, (ask, build) in made.items():
            found = [ask(question.text, vector) for question, vector in zip(questions, asked, strict=True)]
            judged = f"{recall(questions, found, 1):>6.3f} {recall(questions, found, 5):>6.3f}"
            asks = f"{1_000 * whole[name]:>14.2f} {alone / whole[name]:>11.2f}"
            print(f"{name:<22} {judged} {asks} {build:>9.2f} {indexing / (indexing + build):>11.2f}", flush=True)


def one_at_a_time(
    ways: dict[str, Ask], questions: Sequence[Question], embedder: SentenceTransformerEmbedder
) -> tuple[float, dict[str, float]]:
    """Seconds of processor time a question takes: of the encoder as peers call it, and of each whole way."""
    from sentence_transformers import SentenceTransformer

    model: SentenceTransformer = embedder.model

    def encoded(text: str) -> Vectors:
        return np.asarray(model.encode([text], normalize_embeddings=True, show_progress_bar=False)[0])

    def whole(name: str, text: str) -> Sequence[str]:
        vector = embedder.encode([text])[0] if name == "answerable" else encoded(text)
        return ways[name](text, vector)

    alone, spent = 0.0, dict.fromkeys(ways, 0.0)
    for question in questions[:: max(1, len(questions) // TIMED)]:
        # the first time a text of this length is met costs more
        encoded(question.text)
        alone += of_processor(partial(encoded, question.text))
        for name in ways:
            spent[name] += of_processor(partial(whole, name, question.text))
    count = len(questions[:: max(1, len(questions) // TIMED)])
    return alone / count, {name: seconds / count for name, seconds in spent.items()}


def of_processor(work: Callable[[], object]) -> float:
    """Seconds of processor time, the least of two, which other work on the machine disturbs less than the clock."""
    best = float("inf")
    for _ in range(2):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best


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
