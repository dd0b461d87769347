"""How long a search for a vector takes, half of the passages internal, beside peers: p50 in milliseconds and recall.

The vectors are mixtures of two passages of real articles (the shared sets, or the sample shop's) with a little noise,
the queries real questions, all by the default model: to encode 100,000 real passages would take an hour. Every index is
asked for ten public passages. Recall is the share of the ten that a full comparison finds. Memory is what the process
grew by at most, each index in a process of its own. A peer that is not installed is named and left out (`faiss-cpu`,
`qdrant-edge-py`); one that would take longer than is sensible at a size is left out there.
"""

import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from copilot.importing import read_tickets
from knowledge.embedded_index import EmbeddedIndex
from knowledge.embedding import SentenceTransformerEmbedder, Vectors
from knowledge.importers import read_articles
from knowledge.passages import Passage, embedding_text, split

SIZES = (1_000, 20_000, 100_000)
FLOORS = {1_000: 2, 20_000: 10, 100_000: 30}
LIMIT = 10
QUERIES = 100
REAL = 1_000
SHOP = Path("copilot/sample_shop")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

Find = Callable[[Vectors], Sequence[int]]
"""Gives the numbers of the nearest public passages: those with an even number are public."""


def embedded(vectors: Vectors, folder: Path) -> Find:
    """The product's default."""
    index = EmbeddedIndex(folder, dimension=vectors.shape[1], fingerprint="benchmark")
    for first in range(0, len(vectors), 256):
        numbers = range(first, min(first + 256, len(vectors)))
        for parity, visibility in ((0, "public"), (1, "internal")):
            own = [number for number in numbers if number % 2 == parity]
            passages = [Passage(str(number), f"article-{number}", 0, 0, 1, "t", "T") for number in own]
            index.upsert(passages, vectors[own], visibility)  # type: ignore[arg-type]  # one of the two
    return lambda query: [int(hit.passage_id) for hit in index.search(query, LIMIT)]


def exact(vectors: Vectors, _folder: Path) -> Find:
    """A product of the public rows and the query, with nothing around it."""
    public = np.ascontiguousarray(vectors[::2])

    def find(query: Vectors) -> list[int]:
        scores = public @ query
        best = np.argpartition(scores, len(scores) - LIMIT)[-LIMIT:]
        return [2 * int(place) for place in best[np.argsort(-scores[best])]]

    return find


def faiss_hnsw(vectors: Vectors, _folder: Path) -> Find:
    """faiss's graph over the public rows alone; nothing can be removed from it."""
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = 64
    index.add(np.ascontiguousarray(vectors[::2]))
    return lambda query: [2 * int(place) for place in index.search(query[None], LIMIT)[1][0]]


def qdrant_local(vectors: Vectors, folder: Path) -> Find:
    """qdrant-client's own embedded mode, a collection for public passages alone as the product had before."""
    from qdrant_client import QdrantClient, models

    client = QdrantClient(path=str(folder))
    size = models.VectorParams(size=vectors.shape[1], distance=models.Distance.DOT)
    client.create_collection("public", vectors_config=size)
    for first in range(0, len(vectors), 512):
        rows = range(first, min(first + 512, len(vectors)), 2)
        points = [models.PointStruct(id=row, vector=vectors[row].tolist(), payload={"p": str(row)}) for row in rows]
        client.upsert("public", points)

    def find(query: Vectors) -> list[int]:
        found = client.query_points("public", query=query, limit=LIMIT, with_payload=True)
        return [int(point.id) for point in found.points]

    return find


def qdrant_edge(vectors: Vectors, folder: Path, *, optimised: bool = False) -> Find:
    """Qdrant's engine in this process, one shard with a filter on an indexed field."""
    import qdrant_edge as edge

    shape = edge.EdgeVectorParams(size=vectors.shape[1], distance=edge.Distance.Dot)
    shard = edge.EdgeShard.create(str(folder), edge.EdgeConfig(vectors=shape))
    shard.update(edge.UpdateOperation.create_field_index("v", edge.PayloadSchemaType.Keyword))
    for first in range(0, len(vectors), 256):
        rows = range(first, min(first + 256, len(vectors)))
        points = [edge.Point(id=row, vector=vectors[row].tolist(), payload={"v": str(row % 2)}) for row in rows]
        shard.update(edge.UpdateOperation.upsert_points(points))
    shard.flush()
    if optimised:
        shard.optimize()
    public = edge.Filter(must=[edge.FieldCondition(key="v", match=edge.MatchValue(value="0"))])

    def find(query: Vectors) -> list[int]:
        wanted = edge.QueryRequest(query=edge.Query.Nearest(query.tolist()), limit=LIMIT, filter=public)
        return [int(point.id) for point in shard.query(wanted)]

    return find


def qdrant_edge_optimised(vectors: Vectors, folder: Path) -> Find:
    """The same with its graph built."""
    return qdrant_edge(vectors, folder, optimised=True)


WAYS: dict[str, tuple[Callable[[Vectors, Path], Find], str, int]] = {
    "embedded index": (embedded, "numpy", 100_000),
    "exact NumPy scan": (exact, "numpy", 100_000),
    "faiss HNSW": (faiss_hnsw, "faiss", 100_000),
    "qdrant-client, local": (qdrant_local, "qdrant_client", 20_000),
    "qdrant-edge": (qdrant_edge, "qdrant_edge", 100_000),
    "qdrant-edge, optimised": (qdrant_edge_optimised, "qdrant_edge", 20_000),
}


def main() -> None:
    """Print a table."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    missing = sorted({module for _, module, _ in WAYS.values() if find_spec(module) is None})
    if missing:
        print("not installed, left out:", ", ".join(missing))
    print(f"{'passages':>9} {'':<23} {'p50, ms':>8} {'recall@10':>10} {'build, s':>9} {'memory, MB':>11}")
    with tempfile.TemporaryDirectory() as folder:
        real, queries = material()
        np.save(Path(folder) / "queries.npy", queries)
        for size in SIZES:
            np.save(Path(folder) / "vectors.npy", mixtures(real, size))
            for name, (_, module, most) in WAYS.items():
                if module not in missing and size <= most:
                    row(size, name, Path(folder))


def row(size: int, name: str, folder: Path) -> None:
    """Measure one index in a process of its own and print it."""
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(1) as pool:
        p50, recall, build, held = pool.apply(measured, (name, folder))
    floor = f"  floor {FLOORS[size]}" if name == "embedded index" else ""
    print(f"{size:>9,} {name:<23} {p50:>8.2f} {recall:>10.4f} {build:>9.1f} {held:>11.0f}{floor}", flush=True)


def measured(name: str, folder: Path) -> tuple[float, float, float, float]:
    """p50 in milliseconds, recall, seconds to build, megabytes at the peak above the vectors given."""
    vectors, queries = np.load(folder / "vectors.npy"), np.load(folder / "queries.npy")
    right = [set((2 * np.argsort(-(vectors[::2] @ query))[:LIMIT]).tolist()) for query in queries]
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    with tempfile.TemporaryDirectory() as own:
        start = perf_counter()
        find = WAYS[name][0](vectors, Path(own))
        found = find(queries[0])
        build, times, recalls = perf_counter() - start, [], []
        for query, wanted in zip(queries, right, strict=True):
            start = perf_counter()
            found = find(query)
            times.append(perf_counter() - start)
            recalls.append(len(wanted & set(found)) / LIMIT)
    return median(times) * 1000, sum(recalls) / len(recalls), build, memory("VmHWM") - before


def memory(what: str) -> float:
    """What Linux says of this process, in megabytes: VmRSS is what it holds now, VmHWM the most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(f"{what}:"))


def material() -> tuple[Vectors, Vectors]:
    """Vectors of real passages and of real questions."""
    shared = Path(os.environ.get("ANSWERABLE_SHARED_DATA", "../shared/data")) / "knowledge"
    if shared.exists():
        sources = [shared / f"{name}_articles.jsonl" for name in ("techqa", "stackfaq")]
        lines = (shared / "stackfaq_queries_dev.jsonl").read_text(encoding="utf-8").splitlines()
        questions = [str(json.loads(line)["text"]) for line in lines]
    else:
        sources = [SHOP / "articles"]
        questions = [ticket.body for ticket in read_tickets(SHOP / "tickets.jsonl")]
    texts = [embedding_text(passage) for article in read_articles(sources) for passage in split(article)]
    step = max(1, len(texts) // REAL)
    embedder = SentenceTransformerEmbedder()
    return embedder.encode(texts[::step][:REAL]), embedder.encode(questions[:QUERIES])


def mixtures(real: Vectors, size: int) -> Vectors:
    """So many unit vectors, each between two of the real ones."""
    chance = np.random.default_rng(size)
    first, second = chance.integers(len(real), size=(2, size))
    share = chance.uniform(0.5, 1, (size, 1)).astype(np.float32)
    noise = chance.standard_normal((size, real.shape[1]), dtype=np.float32) * 0.02
    mixed: Any = share * real[first] + (1 - share) * real[second] + noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


if __name__ == "__main__":
    main()
