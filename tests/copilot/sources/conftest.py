"""A website of their own for tests of sources."""

import pytest

from tests.copilot.sources.website import website


@pytest.fixture
def site():
    """A website on loopback."""
    with website() as running:
        yield running
