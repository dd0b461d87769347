"""Keeps the triage models that fit the configuration in force; taught again when categories or rules change."""

import threading

import structlog

from copilot.configuration import Configuration
from knowledge.embedding import Embedder
from triage.assess import TriageModels, build_models

log = structlog.get_logger(__name__)


class TriageModelCache:
    """One set of models per version of categories and rules."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._models: dict[tuple[int, int, bool], TriageModels] = {}

    def current(self, configuration: Configuration, *, usable: bool) -> TriageModels:
        """The models for this configuration; without a `usable` embedder, those that need no vectors."""
        versions = configuration.versions
        key = (versions.get("categories", 0), versions.get("rules", 0), usable)
        with self._lock:
            if key not in self._models:
                self._models = {key: self._taught(configuration, usable)}
            return self._models[key]

    def _taught(self, configuration: Configuration, usable: bool) -> TriageModels:
        log.info("teaching_triage", categories=len(configuration.categories), rules=len(configuration.rules))
        return build_models(configuration.categories, configuration.rules, self._embedder.encode if usable else None)
