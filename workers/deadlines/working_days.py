"""Working days: Monday to Friday, without the bank holidays of England and Wales."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

FIRST_KNOWN_YEAR = 2000
LAST_KNOWN_YEAR = 2028
"""The last year whose bank holidays the government has announced (GOV.UK, "UK bank holidays").

Later years would be a guess: a jubilee or a moved May holiday is announced a year or two ahead. Raise it when
GOV.UK lists the next year and the ``holidays`` library agrees; a test reminds a year before it is too late.
"""

ONE_DAY = timedelta(days=1)


class UnknownHolidays(ValueError):
    """Nobody can say yet which days of a year are working days."""


def is_working_day(day: date) -> bool:
    """Whether people work on ``day``.

    :raises UnknownHolidays: the year's bank holidays are not known.
    """
    return day not in bank_holidays(day.year) and day.weekday() < 5  # noqa: PLR2004 - Saturday


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales in ``year``, substitute days included.

    :raises UnknownHolidays: the year is before 2000 or not yet announced.
    """
    if not FIRST_KNOWN_YEAR <= year <= LAST_KNOWN_YEAR:
        raise UnknownHolidays(
            f"The bank holidays of {year} are not known, only those from {FIRST_KNOWN_YEAR} to {LAST_KNOWN_YEAR}, so "
            "working days cannot be counted. Check the dates; if they are right, update the product or count in "
            "calendar days."
        )
    import holidays  # noqa: PLC0415 - 3 MB, which a worker takes with its first deadline

    # England and Wales share one list of bank holidays.
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def count_working_days(start: date, amount: int, step: timedelta = ONE_DAY) -> date:
    """The ``amount``-th working day from ``start``, which itself does not count; ``start`` when ``amount`` is 0.

    :param step: one day forwards or one day back.
    :raises UnknownHolidays: the count reaches a year whose bank holidays are not known.
    """
    day = start
    while amount > 0:
        day += step
        if is_working_day(day):
            amount -= 1
    return day


def nearest_working_day(day: date, step: timedelta = ONE_DAY) -> date:
    """``day`` when it is a working day, else the next one in the direction of ``step``.

    :raises UnknownHolidays: the search reaches a year whose bank holidays are not known.
    """
    while not is_working_day(day):
        day += step
    return day
