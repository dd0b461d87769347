"""Decides how vectors are kept in a file and followed by every process that uses it. Refuses to know how they are
searched (`vector_rows`).

One SQLite file: an entry an article and embedder, with a checksum. A write is a transaction, so a crash leaves all of
it or nothing. Each entry bears the number of the change that wrote it; a process holds the vectors in memory and,
before each search, reads what others have written since. A removed article leaves an empty entry, so that others
notice.
"""

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from operator import itemgetter
from pathlib import Path
from shutil import rmtree
from zlib import crc32

import numpy as np

from knowledge.articles import VISIBILITIES, Visibility
from knowledge.embedding import Vectors
from knowledge.lexical import Audience
from knowledge.passages import Passage
from knowledge.vector_index import Hit, IndexUnavailable, checked_vectors, visible
from knowledge.vector_rows import Rows, View

FILE = "vectors.sqlite3"
FORMAT = 1
BUSY_SECONDS = 30
SCHEMA = (
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    """CREATE TABLE IF NOT EXISTS entry (
        model TEXT NOT NULL, article_id TEXT NOT NULL, change INTEGER NOT NULL, visibility TEXT NOT NULL,
        passage_ids TEXT NOT NULL, vectors BLOB NOT NULL, checksum INTEGER NOT NULL,
        PRIMARY KEY (model, article_id))""",
    "CREATE INDEX IF NOT EXISTS entry_by_change ON entry (model, change)",
    f"PRAGMA user_version = {FORMAT}",
)
SIZE = "SELECT coalesce(sum(length(vectors)), 0) FROM entry WHERE model = ? AND visibility = ?"
NEWS = """SELECT article_id, change, visibility, passage_ids, vectors, checksum FROM entry
    WHERE model = ? AND change > ? ORDER BY change"""
NEXT = "SELECT coalesce(max(change), 0) + 1 FROM entry WHERE model = ?"
PUT = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)"
EMPTY = """UPDATE entry SET change = ?, visibility = '', passage_ids = '[]', vectors = x'', checksum = ?
    WHERE model = ? AND article_id = ?"""
# what an index of earlier versions consisted of
LEFTOVERS = ("collection", "meta.json", ".lock")

Row = tuple[str, int, str, str, bytes, int]


class _Damaged(Exception):
    """The file can be opened but not believed."""


class EmbeddedIndex:
    """A `VectorIndex` in `folder`, which any number of threads and processes on one machine may share. Vectors must
    have length 1. A file that cannot be read is set aside as `….damaged` and begun anew."""

    def __init__(self, folder: Path | str, *, dimension: int, fingerprint: str) -> None:
        self._path = Path(folder) / FILE
        self._dimension, self._fingerprint = dimension, fingerprint
        self._model = f"{fingerprint}/{dimension}"
        self._reading, self._writing = threading.RLock(), threading.Lock()
        self._file: _File | None = None
        self._closed = False
        self._forget()

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def upsert(self, passages: Sequence[Passage], vectors: Vectors, visibility: Visibility = "public") -> None:
        rows = checked_vectors(vectors, len(passages), self._dimension)
        places: dict[str, list[int]] = {}
        for place, passage in enumerate(passages):
            places.setdefault(passage.article_id, []).append(place)
        with self._transaction() as (db, change):
            for article_id, own in places.items():
                ids, content = json.dumps([passages[place].id for place in own]), rows[own].astype("<f4").tobytes()
                checksum = _checksum(article_id, visibility, ids, content)
                db.execute(PUT, (self._model, article_id, change, visibility, ids, content, checksum))

    def remove_articles(self, article_ids: Collection[str]) -> None:
        with self._transaction() as (db, change):
            for article_id in article_ids:
                db.execute(EMPTY, (change, _checksum(article_id, "", "[]", b""), self._model, article_id))

    def search(self, vector: Vectors, limit: int, audience: Audience = "public") -> list[Hit]:
        query = checked_vectors(np.atleast_2d(vector), 1, self._dimension)[0]
        views = self._followed()
        found = [hit for visibility in visible(audience) for hit in views[visibility].nearest(query, limit)]
        # sorting twice by a plain member is faster than once by a tuple made for each
        found.sort()
        found.sort(key=itemgetter(1), reverse=True)
        return [Hit(*name, score) for name, score in found[:limit]]

    def count(self, audience: Audience = "all") -> int:
        with self._reading:
            self._followed()
            return sum(len(self._rows[visibility]) for visibility in visible(audience))

    def article_ids(self) -> set[str]:
        with self._reading:
            self._followed()
            return set().union(*(rows.articles for rows in self._rows.values()))

    def vectors_of(self, article_id: str) -> dict[str, Vectors]:
        with self._reading:
            self._followed()
            found = [rows.of_article(article_id) for rows in self._rows.values()]
        return {name: row for rows in found for name, row in rows.items()}

    def drop_others(self) -> None:
        with self._transaction() as (db, _):
            dropped = db.execute("DELETE FROM entry WHERE model != ?", (self._model,)).rowcount
        if dropped:
            with self._guarded(), closing(_connect(self._path)) as db:
                db.execute("PRAGMA incremental_vacuum").fetchall()
        for name in LEFTOVERS:
            left = self._path.parent / name
            rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def close(self) -> None:
        with self._reading:
            self._closed = True
            self._let_go()

    def _forget(self) -> None:
        self._rows = {visibility: Rows(self._dimension) for visibility in VISIBILITIES}
        self._views: dict[Visibility, View] = {visibility: rows.view() for visibility, rows in self._rows.items()}
        self._seen = 0

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
        self._forget()

    def _followed(self) -> dict[Visibility, View]:
        """What can be searched, with everything that any process has written so far."""
        with self._reading, self._guarded():
            if self._file is not None and self._file.is_gone():
                self._let_go()
            if self._file is None:
                self._file = self._opened()
            elif self._file.has_news():
                self._read(self._file)
            return self._views

    def _opened(self) -> "_File":
        """Open and read the file; one that cannot be believed makes room for a new one."""
        from threadpoolctl import threadpool_limits

        # a product of matrix and vector, which several threads only slow down: 8 ms, not 1
        threadpool_limits(limits=1, user_api="blas")
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(self._path):
            try:
                return self._loaded()
            except sqlite3.OperationalError:
                # no room, no permission, in use: nothing that another file would mend
                raise
            except (sqlite3.DatabaseError, _Damaged):
                _set_aside(self._path)
                return self._loaded()

    def _loaded(self) -> "_File":
        self._forget()
        file = _File(self._path)
        try:
            for visibility, rows in self._rows.items():
                rows.reserve(file.size(self._model, visibility) // (4 * self._dimension))
            self._read(file)
        except BaseException:
            file.close()
            raise
        return file

    def _read(self, file: "_File") -> None:
        for article_id, change, visibility, passage_ids, content, checksum in file.news(self._model, self._seen):
            if checksum != _checksum(article_id, visibility, passage_ids, content):
                raise _Damaged(f"the entry of article {article_id!r} is damaged")
            for rows in self._rows.values():
                rows.remove(article_id)
            for place in VISIBILITIES:
                if place == visibility:
                    vectors = np.frombuffer(content, dtype="<f4").reshape(-1, self._dimension)
                    self._rows[place].add(article_id, json.loads(passage_ids), vectors)
            self._seen = change
        self._views = {visibility: rows.view() for visibility, rows in self._rows.items()}

    @contextmanager
    def _transaction(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """A write, with the number of its change; it can be found as soon as the block has ended."""
        self._followed()
        with self._writing, self._guarded(), closing(_connect(self._path)) as db:
            db.execute("BEGIN IMMEDIATE")
            yield db, db.execute(NEXT, (self._model,)).fetchone()[0]
            db.execute("COMMIT")
        self._followed()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Tell failures in plain words. A file that turns out to be damaged is opened anew at the next use."""
        if self._closed:
            raise IndexUnavailable(f"the search index at {self._path.parent} is closed")
        try:
            yield
        except (OSError, sqlite3.Error, _Damaged) as error:
            if not isinstance(error, (OSError, sqlite3.OperationalError)):
                with self._reading:
                    self._let_go()
            raise IndexUnavailable(f"the search index at {self._path.parent} cannot be used: {error}") from error


class _File:
    """An open index file, as its readers see it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = _connect(path)
        try:
            _prepare(self._db)
            self._inode, self._version = path.stat().st_ino, -1
        except BaseException:
            self._db.close()
            raise

    def is_gone(self) -> bool:
        """Whether the path leads to another file, or to none: somebody removed it or set it aside."""
        try:
            return self._path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def has_news(self) -> bool:
        """Whether another connection has written since `news` was last called."""
        return self._data_version() != self._version

    def news(self, model: str, seen: int) -> Iterable[Row]:
        """The entries written after change `seen`, in the order of writing."""
        version = self._data_version()
        yield from self._db.execute(NEWS, (model, seen))
        self._version = version

    def size(self, model: str, visibility: Visibility) -> int:
        """How many bytes the vectors take."""
        return int(self._db.execute(SIZE, (model, visibility)).fetchone()[0])

    def close(self) -> None:
        self._db.close()

    def _data_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    # locks of our own decide which thread may use it
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA synchronous = FULL")
    return db


def _prepare(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, FORMAT):
        raise _Damaged(f"its format is {found}, not {FORMAT}")
    if found == 0:
        for statement in SCHEMA:
            db.execute(statement)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time opens the file, so that no two set it aside."""
    import portalocker

    try:
        lock = portalocker.Lock(path.with_suffix(".lock"), "a", timeout=BUSY_SECONDS)
        lock.acquire()
    except portalocker.exceptions.LockException as error:
        raise OSError("another process takes too long to open it") from error
    try:
        yield
    finally:
        lock.release()


def _set_aside(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(part.with_name(f"{path.name}.damaged{ending}"))


def _checksum(article_id: str, visibility: str, passage_ids: str, content: bytes) -> int:
    return crc32(content, crc32(json.dumps([article_id, visibility, passage_ids]).encode()))
