"""Telling stories about procedures on the real engine; see :class:`tests.scenarios.driver.story.Story`."""

from __future__ import annotations

from tests.forms.form_filler import FormRefused
from tests.scenarios.driver.failure import StoryFailed
from tests.scenarios.driver.letters import Letter
from tests.scenarios.driver.people import Person
from tests.scenarios.driver.story import OpenIncident, Procedure, Story, Task

__all__ = ["FormRefused", "Letter", "OpenIncident", "Person", "Procedure", "Story", "StoryFailed", "Task"]
