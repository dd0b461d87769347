"""What can be found when files are read: articles, articles that are gone, problems and remarks, each with its place.

Refuses to know how files are read and what is done with what is found.
"""

from dataclasses import dataclass
from pathlib import Path

from knowledge.articles import Article


class ArticleFileError(ValueError):
    """A file, or a row of it, cannot be read as articles. `line` counts from 1 and is None for the file as a whole;
    `article_id` is which article it would have been, None when that cannot be told."""

    def __init__(
        self, path: Path, line: int | None, field: str | None, problem: str, article_id: str | None = None
    ) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {field}: {problem}" if field else f"{place}: {problem}")
        self.path, self.line, self.field, self.problem, self.article_id = path, line, field, problem, article_id


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article of a file. `told` names the fields that the file itself gives; the others are the defaults of a new
    article, or, as for an id that is not told, come from the file's name."""

    path: Path
    line: int | None
    article: Article
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoneArticle:
    """An article of which the file says that it is not in use any more."""

    path: Path
    id: str


@dataclass(frozen=True, slots=True)
class FileNote:
    """What people should know of how a file was read, although it was read."""

    path: Path
    text: str


Found = FoundArticle | GoneArticle | ArticleFileError | FileNote
