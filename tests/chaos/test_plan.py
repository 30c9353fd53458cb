"""A seed says everything about a run, and a run can be repeated from its file."""

from pathlib import Path

import pytest

from tests.chaos.plan import INCIDENTS, LIFE, SPAN, draw, read
from tests.chaos.table import TABLE

SEEDS = range(1, 200)


def test_the_same_seed_draws_the_same_acts_in_the_same_order() -> None:
    assert draw(7, people=240) == draw(7, people=240)
    assert draw(7, people=240) != draw(8, people=240)


def test_a_plan_is_read_from_its_file_as_it_was(tmp_path: Path) -> None:
    plan = draw(7, people=240)
    plan.write(tmp_path / "seed-7.json")
    assert read(tmp_path / "seed-7.json") == plan


def test_acts_come_in_order_within_the_run_and_end_within_their_time() -> None:
    for plan in (draw(seed, people=240) for seed in SEEDS):
        assert [*plan.acts] == sorted(plan.acts, key=lambda act: act.at)
        assert all(0 < act.at <= SPAN for act in plan.acts)
        assert all(0 <= act.seconds <= TABLE[act.name].longest for act in plan.acts)


def test_every_act_of_the_table_is_drawn_by_some_seed_and_no_backup_twice() -> None:
    names = [[act.name for act in draw(seed, people=240).acts] for seed in SEEDS]
    assert {name for plan in names for name in plan} == {*TABLE}
    assert max(plan.count("backup") for plan in names) == 1


def test_every_incident_lives_from_its_opening_to_its_end() -> None:
    for plan in (draw(seed, people=240) for seed in SEEDS):
        for incident in range(INCIDENTS):
            life = [one for one in plan.statements if one.incident == incident]
            assert [(one.status, one.component, one.by_sms) for one in life] == [*LIFE]
            assert [one.drill for one in life] == sorted(one.drill for one in life)


def test_the_last_statement_comes_after_everything_else() -> None:
    for plan in (draw(seed, people=240) for seed in SEEDS):
        *others, last = plan.statements
        assert last.incident not in {one.incident for one in others}
        assert last.at > max(act.at + act.seconds for act in plan.acts)
        assert last.drill > max(one.drill for one in others)


def test_a_file_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"seed": 1}')
    with pytest.raises(LookupError):
        read(tmp_path / "plan.json")
