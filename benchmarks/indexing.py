"""Articles a second through import and index, beside the bare encoder on a sample of the very texts that are embedded.

10,000 short synthetic articles of about 30 common words each, one passage an article, one in two internal. Real model,
real embedded index, real SQLite. The encoder alone is timed before and after, in the batches of 8 sorted by length that
are its best throughput, and its best time counts. Then the time of an edit until searches see it.
"""

import json
import random
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from copilot.importing import import_articles
from copilot.knowledge_base import new_article, save_article
from copilot.settings import Settings
from copilot.wiring import Services, build
from knowledge.importers import read_articles
from knowledge.passages import embedding_text, split

COUNT = 10_000
SAMPLE = 1_000
FLOOR, MOST_MEMORY = 0.7, 1_500
WORDS = """
order parcel refund card payment address delivery return label warranty repair shop size colour invoice account
password email voucher discount gift tax customs courier tracking number delay stock exchange receipt contact
support phone chat hours weekend holiday country price change cancel confirm days weeks working sent received
damaged missing wrong item box photo form link button page login settings privacy data delete newsletter
"""


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        write(path)
        services = build(Settings(data_dir=Path(folder) / "data"))
        sample = texts(path)
        services.embedder.encode(sample[:8])
        before = timed_encoder(services, sample)
        road = timed(lambda: import_articles(services, [path], lambda *_: None), COUNT)
        after = timed_encoder(services, sample)
        seen = timed_edit(services)
        services.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'':<34} {'by clock':>9} {'of CPU time':>12}")
    raw = [max(pair) for pair in zip(before, after, strict=True)]
    print(f"{'encoder alone, texts/s':<34} {raw[0]:>9.1f} {raw[1]:>12.1f}")
    print(f"{'import and index, articles/s':<34} {road[0]:>9.1f} {road[1]:>12.1f}")
    print(f"{'ratio':<34} {road[0] / raw[0]:>9.2f} {road[1] / raw[1]:>12.2f}  floor {FLOOR}")
    print(f"{'an edit until searches see it, s':<34} {seen:>9.2f}")
    print(f"{'peak memory, MB':<34} {peak:>9.0f}  floor {MOST_MEMORY}")


def write(path: Path) -> None:
    """Write the articles as JSON Lines."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(COUNT):
            body = " ".join(chance.choices(WORDS.split(), k=chance.randint(15, 45))).capitalize() + "."
            visibility = "internal" if number % 2 else "public"
            row = {"id": f"a{number:05}", "title": f"Help {number}", "body": body, "visibility": visibility}
            file.write(json.dumps(row) + "\n")


def texts(path: Path) -> list[str]:
    """What is embedded of a sample of the articles."""
    articles = list(read_articles([path]))[:: COUNT // SAMPLE]
    return [embedding_text(passage) for article in articles for passage in split(article)]


def timed(work: Callable[[], object], count: int) -> tuple[float, float]:
    """How many a second by the clock, and a second of CPU time, which other work on the machine disturbs less."""
    clock, cpu = perf_counter(), process_time()
    work()
    return count / (perf_counter() - clock), count / (process_time() - cpu)


def timed_encoder(services: Services, sample: list[str]) -> tuple[float, float]:
    """The encoder alone."""
    return timed(lambda: services.embedder.encode(sample), len(sample))


def timed_edit(services: Services) -> float:
    """Seconds from saving an edited article until a search has loaded and embedded it."""
    knowledge = services.knowledge
    knowledge.refresh()
    start = perf_counter()
    with services.db.write() as session:
        edited = new_article("a00042", "Snowshoes", "Snowshoes are lent out on Sundays.")
        save_article(session, edited, services.now(), "benchmark")
    knowledge.sync()
    knowledge.refresh()
    found = knowledge.search_text("lend snowshoes", 1, "public").matches[0].passage.article_id
    if found != "a00042":
        raise AssertionError(f"found {found}")
    return perf_counter() - start


if __name__ == "__main__":
    main()
