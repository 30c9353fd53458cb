"""The simulator's phone, and someone who holds it."""

import pytest

from tests.notifications.subscribers.visitor import Visitor
from tests.simulator import Simulator


@pytest.fixture
def sim(provider: Simulator) -> Simulator:
    """Return a simulator without a past, that our channels talk to."""
    return provider


@pytest.fixture
def visitor(sim: Simulator, db: None) -> Visitor:
    """Return an English-speaking merchant, because the sentences under test are English."""
    return Visitor(sim)
