"""The simulator's phone, and someone who holds it."""

import pytest

from notifications.simulator.testing import Simulator
from tests.notifications.subscribers.visitor import Visitor


@pytest.fixture
def sim(provider: Simulator) -> Simulator:
    """A simulator without a past, that our channels talk to."""
    return provider


@pytest.fixture
def visitor(sim: Simulator, db: None) -> Visitor:
    """An English-speaking merchant, because the sentences under test are English."""
    return Visitor(sim)
