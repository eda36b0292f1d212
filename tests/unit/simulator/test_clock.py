from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.simulator.clock import Clock, Process


class RealTime:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def real() -> RealTime:
    return RealTime()


def a_clock(real: RealTime, *, speed: float) -> Clock:
    return Clock(speed=speed, start=datetime(2026, 1, 1, tzinfo=UTC), monotonic=real)


def ticks(clock: Clock, seen: list[float], *, every: float, background: bool = True) -> Process:
    while True:
        yield clock.sleep(every, background=background)
        seen.append(clock.seconds)


def once(clock: Clock, seen: list[float], *, after: float) -> Process:
    yield clock.sleep(after)
    seen.append(clock.seconds)


def test_time_follows_real_time_at_the_factor(real):
    clock = a_clock(real, speed=60)
    seen: list[float] = []
    clock.spawn(once(clock, seen, after=90))
    assert clock.pump() == pytest.approx(1.5)
    real.seconds = 1.0
    assert clock.pump() == pytest.approx(0.5)
    assert (clock.seconds, seen) == (60.0, [])
    real.seconds = 2.0
    assert clock.pump() is None
    assert (clock.seconds, seen) == (120.0, [90.0])
    assert clock.timestamp() == "2026-01-01T00:02:00Z"


def test_speed_zero_jumps_to_the_end_of_what_is_awaited(real):
    clock = a_clock(real, speed=0)
    waited: list[float] = []
    background: list[float] = []
    clock.spawn(once(clock, waited, after=25))
    clock.spawn(ticks(clock, background, every=10))
    assert clock.pump() is None
    assert (clock.seconds, waited, background) == (25.0, [25.0], [10.0, 20.0])
    real.seconds = 1000.0
    assert clock.pump() is None
    assert clock.seconds == 25.0


def test_a_budget_interrupts_the_pump(real):
    clock = a_clock(real, speed=0)
    seen: list[float] = []
    clock.spawn(ticks(clock, seen, every=1, background=False))
    assert clock.pump(budget_events=10) == 0.0
    assert 0 < len(seen) <= 10


def test_a_budget_interrupts_the_pump_at_speed_too(real):
    clock = a_clock(real, speed=1)
    seen: list[float] = []
    clock.spawn(ticks(clock, seen, every=1))
    real.seconds = 100.0
    assert clock.pump(budget_events=10) == 0.0
    assert clock.seconds < 100
    while clock.pump(budget_events=10) == 0.0:
        pass
    assert (clock.seconds, len(seen)) == (100.0, 100)


def test_the_speed_changes_without_a_jump(real):
    clock = a_clock(real, speed=10)
    real.seconds = 5.0
    clock.pump()
    clock.set_speed(100)
    real.seconds = 6.0
    clock.pump()
    assert clock.seconds == 150.0


def test_advance_moves_a_test_without_real_time(real):
    clock = a_clock(real, speed=1)
    seen: list[float] = []
    clock.spawn(ticks(clock, seen, every=30))
    clock.advance(100)
    assert (clock.seconds, seen) == (100.0, [30.0, 60.0, 90.0])
    clock.pump()
    assert clock.seconds == 100.0


def test_a_released_deadline_moves_nothing(real):
    clock = a_clock(real, speed=0)
    seen: list[float] = []

    def wait() -> Process:
        deadline, done = clock.deadline(3600), clock.event()
        clock.after(5, done.succeed)
        yield deadline | done
        clock.release(deadline)
        seen.append(clock.seconds)

    clock.spawn(wait())
    assert clock.pump() is None
    assert (clock.seconds, seen) == (5.0, [5.0])


def test_an_awaited_deadline_moves_time(real):
    clock = a_clock(real, speed=0)
    seen: list[float] = []

    def wait() -> Process:
        yield clock.event() | clock.deadline(3600)
        seen.append(clock.seconds)

    clock.spawn(wait())
    clock.pump()
    assert seen == [3600.0]
