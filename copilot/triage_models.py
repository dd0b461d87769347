"""Keeps the triage models of the version that is live, made in this process from what the database says of it.

A process that has not made the newest version yet goes on with the one that it has. Rules need no teaching: they are
always those in force.
"""

import threading
from collections.abc import Callable

import structlog

from copilot import teaching
from copilot.configuration import Configuration
from copilot.example_vectors import ExampleVectors, carry_on
from copilot.store import configuration as documents
from copilot.store import triage_versions
from copilot.store.session import Database, Session
from copilot.teaching import Recipe
from triage.assess import TriageModels, build_models

log = structlog.get_logger(__name__)


class TriageModelCache:
    """The models in use and what they were taught from."""

    def __init__(self, db: Database, vectors: ExampleVectors) -> None:
        self.db, self.vectors = db, vectors
        self._lock = threading.Lock()
        self._served: tuple[Recipe, TriageModels] | None = None
        self._words: tuple[int, TriageModels] | None = None

    @property
    def serving(self) -> Recipe | None:
        """What the models in use were taught from."""
        return self._served[0] if self._served else None

    def current(self, configuration: Configuration, *, usable: bool) -> TriageModels:
        """The models to triage with, under the rules in force; without a `usable` embedder, those that need no vectors.

        Only the very first ones are waited for.
        """
        if not usable:
            return self._of_words(configuration)
        if self._served is None:
            with self._lock:
                if self._served is None:
                    self._serve(self._wanted())
        return self._made().with_rules(configuration.rules)

    def catch_up(self) -> bool:
        """Make the version that is live, if it is not the one in use; says whether there was anything to do."""
        wanted = self._wanted()
        if wanted == self.serving:
            return False
        with self._lock:
            self._serve(wanted)
        return True

    def made(self, recipe: Recipe) -> TriageModels | None:
        """The models in use, if they are those of this version."""
        served = self._served
        return served[1] if served and served[0] == recipe else None

    def put(self, recipe: Recipe, models: TriageModels) -> None:
        """Use these from now on."""
        self._served = (recipe, models)

    def teach(self, recipe: Recipe, alive: Callable[[], None] = carry_on) -> TriageModels:
        """Make the models of a version, without rules; `alive` is called while texts are embedded."""
        with self.db.read() as session:
            material = teaching.read(session, recipe)
        log.info("teaching_triage", categories=len(material.categories), labels=len(material.labels.categories))
        return build_models(material.categories, (), lambda texts: self.vectors.encode(texts, alive), material.labels)

    def _of_words(self, configuration: Configuration) -> TriageModels:
        version = configuration.versions.get("categories", 0)
        if self._words is None or self._words[0] != version:
            self._words = (version, build_models(configuration.categories, (), None))
        return self._words[1].with_rules(configuration.rules)

    def _serve(self, recipe: Recipe) -> None:
        self.put(recipe, self.teach(recipe))

    def _made(self) -> TriageModels:
        if self._served is None:
            raise LookupError("No models have been made.")
        return self._served[1]

    def _wanted(self) -> Recipe:
        with self.db.read() as session:
            return wanted_recipe(session)


def wanted_recipe(session: Session) -> Recipe:
    """What triage is to go by: the live version, or before the first the categories alone."""
    live = triage_versions.live(session)
    if live is not None:
        return Recipe(live.categories_version, live.labels_up_to)
    return Recipe(documents.versions(session).get("categories", 0), 0)
