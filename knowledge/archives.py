"""Decides what may come out of a zip file. Refuses to trust anything it says about itself: sizes are counted while they
are unpacked, names never lead out of the folder, and encrypted or linked entries stay inside."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

MAX_FILES = 20_000
MAX_FILE_BYTES = 100_000_000
MAX_TOTAL_BYTES = 500_000_000
MAX_RATIO = 200
FREE_BYTES = 1_000_000  # up to this size even a file of one repeated letter is no bomb
PIECE = 1 << 16
_LINK = 0o120000


class ArchiveError(ValueError):
    """The archive as a whole is refused."""


class _TooLarge(ValueError):
    """An entry is larger than one may be; `size` is what came out until that was seen."""

    def __init__(self, problem: str, size: int) -> None:
        super().__init__(problem)
        self.size = size


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """An entry that was left out, and why; the others were unpacked."""

    name: str
    problem: str


def unpack(path: Path, folder: Path) -> Iterator[RefusedEntry]:
    """Unpack the files of a zip into `folder`, yielding what is refused. Raises `ArchiveError` for too much in all,
    a broken archive or a full disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MAX_FILES:
                raise ArchiveError(f"holds more than {MAX_FILES} files")
            yield from _unpack(archive, entries, folder)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise error if isinstance(error, ArchiveError) else ArchiveError(f"is not a zip file: {error}") from error
    except OSError as error:
        raise ArchiveError(f"cannot be unpacked: {error.strerror or error}") from error


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> Iterator[RefusedEntry]:
    total = 0
    for entry in entries:
        if problem := _problem(entry):
            yield RefusedEntry(entry.filename[:200].replace("\x00", ""), problem)
            continue
        target = folder / _inside(entry.filename)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("wb") as file:
                total += _copy(source, file, entry, MAX_TOTAL_BYTES - total)
        except _TooLarge as error:
            total += error.size  # of no use, but it was unpacked: a zip full of these has an end
            target.unlink()
            yield RefusedEntry(entry.filename[:200], str(error))
        except (zipfile.BadZipFile, EOFError, NotImplementedError, FileExistsError, NotADirectoryError) as error:
            target.unlink(missing_ok=True) if target.is_file() else None
            yield RefusedEntry(entry.filename[:200], f"is broken: {error}")


def _copy(source: IO[bytes], file: IO[bytes], entry: zipfile.ZipInfo, room: int) -> int:
    """Copy piece by piece, counting what really comes out."""
    size, allowed = 0, max(FREE_BYTES, entry.compress_size * MAX_RATIO)
    while piece := source.read(PIECE):
        size += len(piece)
        if size > room:
            raise ArchiveError(f"holds more than {MAX_TOTAL_BYTES} bytes unpacked")
        if size > allowed:
            raise _TooLarge(f"unpacks to more than {MAX_RATIO} times its size", size)
        if size > MAX_FILE_BYTES:
            raise _TooLarge(f"is larger than {MAX_FILE_BYTES} bytes unpacked", size)
        file.write(piece)
    return size


def _problem(entry: zipfile.ZipInfo) -> str | None:
    name = entry.filename
    if "\x00" in name or "\\" in name or len(name) > 1000 or any(len(part) > 200 for part in name.split("/")):
        return "has a name that is not allowed"
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or ":" in name:
        return "has a name that leads out of the archive"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if (entry.external_attr >> 16) & 0o170000 == _LINK:
        return "is a link"
    return None


def _inside(name: str) -> Path:
    return Path(*PurePosixPath(name).parts)
