"""Which job runs next: a lane for each job type, taken in turn, with a bound on all and on each."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from workers.runtime.contract import HandlerShape, JobType
from workers.runtime.outcomes import Job

PACE_OVER = 32
BUSY_WITHIN_SECONDS = 0.4
CALM_WITHIN_SECONDS = 2.0
"""So many jobs of a type within the shorter time are a burst; it is over once they take longer than the longer one."""


@dataclass(eq=False, slots=True)
class Held:
    """A job this worker has taken and not yet reported."""

    job: Job
    lane: Lane
    since: float
    lease: float
    """For how many seconds it was last handed to this worker."""
    until: float
    """When the engine hands it to somebody else, on the event loop's clock."""
    running: bool = False
    gone: bool = False
    """The engine no longer knows it: nobody waits for it."""
    again: Job | None = None
    """The same job, handed out once more meanwhile."""
    extensions: int = 0
    task: asyncio.Task[None] | None = None


@dataclass(eq=False)
class Lane:
    """The jobs of one type that wait for their turn."""

    declared: JobType
    capacity: int
    """How many may wait here before the worker stops asking for more."""
    waiting: deque[Held] = field(default_factory=deque)
    running: int = 0
    open: bool = False
    """Takes whatever comes, to be given back: the worker is stopping."""

    def __post_init__(self) -> None:
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._came: deque[float] = deque(maxlen=PACE_OVER)

    @property
    def in_threads(self) -> bool:
        """Its handlers run in threads."""
        return self.declared.shape is HandlerShape.RECORDS

    @property
    def room(self) -> int:
        """How many more may wait here."""
        return max(0, self.capacity - len(self.waiting))

    def came(self, now: float) -> None:
        """A job has come."""
        self._came.append(now)

    @property
    def is_busy(self) -> bool:
        """Jobs come so fast, or so many wait, that polling for them is cheaper than having each handed over."""
        if 2 * len(self.waiting) >= self.capacity:
            return True
        return len(self._came) == PACE_OVER and self._came[-1] - self._came[0] < BUSY_WITHIN_SECONDS

    def is_calm(self, now: float) -> bool:
        """Few jobs wait, and those that came lately came slowly."""
        if 4 * len(self.waiting) >= self.capacity:
            return False
        return len(self._came) < PACE_OVER or now - self._came[0] > CALM_WITHIN_SECONDS

    async def has_room(self, least: int = 1) -> int:
        """Wait until ``least`` more may wait here, and say how many may."""
        while self.room < least and not self.open:
            self._has_room.clear()
            await self._has_room.wait()
        return self.room

    def noticed(self) -> None:
        """A job left the lane, or the lane was opened."""
        self._has_room.set()


class Turns:
    """Shares the worker's slots out among the lanes.

    :param slots: how many jobs run at once, of all types.
    :param threads: how many of them may be in threads.
    """

    def __init__(self, slots: int, threads: int) -> None:
        self._slots = slots
        self._threads = threads
        # One type that hangs must not stop the others.
        self._most_of_a_type = max(1, slots - slots // 4)
        self._turn: deque[Lane] = deque()

    def offer(self, held: Held) -> None:
        """A job has come."""
        if not held.lane.waiting:
            self._turn.append(held.lane)
        held.lane.waiting.append(held)

    def take(self) -> Held | None:
        """The job whose turn it is, or nothing while no slot or thread is free for any."""
        if self._slots <= 0:
            return None
        for _ in range(len(self._turn)):
            lane = self._turn.popleft()
            if not lane.waiting:
                continue
            if lane.running >= self._most_of_a_type or (lane.in_threads and self._threads <= 0):
                self._turn.append(lane)
                continue
            held = lane.waiting.popleft()
            if lane.waiting:
                self._turn.append(lane)
            lane.running += 1
            self._slots -= 1
            self._threads -= lane.in_threads
            lane.noticed()
            return held
        return None

    def thread_free(self) -> None:
        """A handler has left its thread."""
        self._threads += 1

    def done(self, held: Held) -> None:
        """A job has been reported."""
        held.lane.running -= 1
        self._slots += 1

    def give_up(self) -> list[Held]:
        """Every job that has not started, taken out of the lanes."""
        lanes, self._turn = self._turn, deque()
        unstarted = [held for lane in lanes for held in lane.waiting]
        for lane in lanes:
            lane.waiting.clear()
        return unstarted
