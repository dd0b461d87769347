"""Decides how a PDF file reads as plain text. Refuses to let a hostile file take memory or time: it is read by a
process of its own, with a limit on both."""

import io
import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MAX_PDF_BYTES = 50_000_000
MAX_PDF_PAGES = 2_000
MAX_TEXT = 2_000_000
SECONDS = 60
MEMORY_BYTES = 2_000_000_000


class PdfError(ValueError):
    """The file cannot be read as a PDF with text."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """The words of a PDF; `title` is "" where the file does not say. Pages are parted by an empty line."""

    title: str
    text: str


def read_pdf(content: bytes) -> PdfText:
    """The text of a PDF file. Raises `PdfError` when it is broken, encrypted, only pictures, or takes too much."""
    if not content.lstrip()[:5] == b"%PDF-":
        raise PdfError("is not a PDF file")
    # isolated: neither the folder we happen to be in nor the environment says what is run
    command = [sys.executable, "-I", str(Path(__file__))]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired as error:
        raise PdfError(f"takes longer than {SECONDS} seconds to read") from error
    if done.returncode:
        raise PdfError("takes too much memory or time to read")
    said = json.loads(done.stdout)
    if "problem" in said:
        raise PdfError(said["problem"])
    return PdfText(said["title"], said["text"])


def main() -> None:
    """Read a PDF from standard input within the limits and write a JSON object."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read())))


def _read(content: bytes) -> dict[str, str]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"problem": "is encrypted"}
        if len(reader.pages) > MAX_PDF_PAGES:
            return {"problem": f"has more than {MAX_PDF_PAGES} pages"}
        text, title = _words(reader), str((reader.metadata and reader.metadata.title) or "")
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError) as error:
        return {"problem": f"is a broken PDF file: {type(error).__name__}"}
    if not text:
        return {"problem": "holds no text: it may be a scan, which needs text recognition first"}
    return {"title": title, "text": text}


def _words(reader: object) -> str:
    """The pages' text up to the limit, without spaces at the ends of lines."""
    parts: list[str] = []
    room = MAX_TEXT
    for page in reader.pages:  # type: ignore[attr-defined]  # pypdf is imported only in the child
        words = page.extract_text()
        parts.append("\n".join(line.rstrip() for line in words[:room].splitlines()).strip())
        room -= len(words)
        if room <= 0:
            break
    return "\n\n".join(part for part in parts if part)


if __name__ == "__main__":
    main()
