"""A failing story tells where everything is."""

from __future__ import annotations

from tests.scenarios.driver.failure import situation
from tests.scenarios.driver.moments import london_moment
from tests.unit.driver.records import History


def test_the_situation() -> None:
    history = History()
    history.starts()
    history.element("SEQUENCE_FLOW_TAKEN", 101, "Flow_Decided", "SEQUENCE_FLOW")
    history.element("ELEMENT_ACTIVATED", 102, "Task_Decide", "USER_TASK")
    history.task("CREATED", 103, 102)
    history.timer("CREATED", 104, 102, due=1741424400000)
    history.job("FAILED", 105, 102)
    history.job("CREATED", 105, 102)
    history.job("FAILED", 105, 102, retries=2, errorMessage="away")

    told = situation(history.state, london_moment("Monday 3 March 2025 09:00"), ["to alex: Your appeal"])

    assert told.splitlines() == [
        "It is Monday 3 March 2025 09:00.",
        "Where everything is:",
        "  request: 'Decide on the request' (user task, activated)",
        "Open tasks:",
        "  'Decide on the request' for a.morgan, hr, due Monday 10 March 2025 09:00",
        "Open incidents: none",
        "Running timers:",
        "  'Decide on the request' on Saturday 8 March 2025 09:00",
        "Jobs not done:",
        "  find_person (failed, 2 retries left: away)",
        "Letters so far:",
        "  to alex: Your appeal",
        "The last 20 steps:",
        "  Thursday 1 January 1970 01:00  request: 'request' activated",
        "  Thursday 1 January 1970 01:00  request: 'Decide on the request' → [Yes] 'Done'",
    ]
