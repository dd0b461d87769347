"""Fixtures of the service's tests: everything over fakes, nothing outside the test's own folder."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from argon2 import PasswordHasher
from litestar.testing import TestClient
from threadpoolctl import threadpool_limits

from copilot import accounts
from copilot.fakes import ManualTime, RecordingTransport
from copilot.wiring import Services
from tests.builders import Desk, client_of, make_services
from tests.remembered import remembered_models

# One thread for each process, also for the services that tests start: with more, the processes of a parallel run wait
# for each other at every small matrix.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
threadpool_limits(1)

# continuous integration tries the same examples each time, so that it judges the change and not the dice; runs by hand
# look for new ones. Nothing is too slow: how long an example takes says more about the machine than about the code
hypothesis.settings.register_profile("here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("ci", hypothesis.settings.get_profile("here"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that kill real services, in whatever order they come.

    In a parallel run one process takes them one after the other, since together they would starve each other, and none
    of these long ones is left for the end.
    """
    items.sort(key=lambda item: "crash" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Spare the garbage collector all that was imported: looking through it took a sixth of the tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep logs out of the tests' output and undo what a command set up."""
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with Argon2's least effort: what makes them hard to guess is not what the tests are about."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def _taught_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let only the tests of triage itself fit a model to the same examples over and over."""
    if "triage" in request.path.relative_to(Path(__file__).parent).parts:
        yield
    else:
        with remembered_models():
            yield


@pytest.fixture
def now() -> ManualTime:
    """Monday, 2 March 2026, nine o'clock UTC, until moved by hand."""
    return ManualTime()


@pytest.fixture
def services(tmp_path: Path, now: ManualTime) -> Iterator[Services]:
    """The service over fakes, empty."""
    built = make_services(tmp_path / "data", now)
    yield built
    built.close()


@pytest.fixture
def desk(services: Services, now: ManualTime) -> Desk:
    """A help desk with categories, policies and articles."""
    return Desk(services, now).seed()


@pytest.fixture
def transport(services: Services) -> RecordingTransport:
    """Where the replies go."""
    assert isinstance(services.transport, RecordingTransport)
    return services.transport


@pytest.fixture
def client(desk: Desk) -> Iterator[TestClient[Any]]:
    """A client of the real application over the same services."""
    with client_of(desk.services) as made:
        yield made
