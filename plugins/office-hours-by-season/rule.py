"""Summer and winter hours: in each season of the year servers run at its own hours.

A season is a range of days of the year, over the year's end if need be. On a day of a season the hours are the season's,
whatever the schedule's periods painted; on a day of none the plan stays as it is.
"""

import datetime
import re
from dataclasses import dataclass

from reveille import DAY, WEEKDAYS, InvalidConfig, minute_of, planner

#: A leap year, in which every day of a year has a number.
LEAP_YEAR = 2000

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["seasons"],
    "properties": {
        "seasons": {
            "type": "array",
            "minItems": 1,
            "maxItems": 24,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["from", "to", "begin", "end"],
                "properties": {
                    "name": {"type": "string", "description": "what people are shown, such as `summer`"},
                    "from": {"type": "string", "description": "first day, month and day: 06-01"},
                    "to": {"type": "string", "description": "last day, itself included: 08-31"},
                    "begin": {"type": "string", "description": "when servers start: 08:00"},
                    "end": {"type": "string", "description": "when they stop, to 24:00"},
                    "weekdays": {"type": "string", "default": "mon-fri", "description": "mon-fri, or sat,sun"},
                },
            },
        },
    },
}


@dataclass
class Season:
    """One entry of the configuration, read. Days are numbers, 1 to 366, of a leap year."""

    name: str
    first: int
    last: int
    weekdays: set
    begin: int
    end: int

    def has(self, day):
        """Whether a day of the year is in it."""
        return self.first <= day <= self.last if self.first <= self.last else not self.last < day < self.first

    def overlaps(self, other):
        """Whether there is a day of both: the first day of one is then in the other."""
        shared = self.has(other.first) or other.has(self.first)
        return shared and bool(self.weekdays & other.weekdays)


def number_of(date):
    """The number of a day in a year in which every day has one."""
    return date.replace(year=LEAP_YEAR).timetuple().tm_yday


def day_of_year(text):
    """The number of the day that `06-01` is."""
    parts = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    try:
        return number_of(datetime.date(LEAP_YEAR, int(parts[1]), int(parts[2])))
    except (TypeError, ValueError):
        raise InvalidConfig(f"`{text}` is no day of a year; write month and day, as in 06-01") from None


def weekdays_of(text):
    """The days that `mon-fri`, `sat,sun` or `fri-mon` are."""
    days = set()
    for part in text.replace(" ", "").split(","):
        ends = part.split("-")
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            raise InvalidConfig(f"`{text}` are no weekdays; write mon-fri, or mon,wed,fri")
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return days


def season_of(entry):
    """A season from its entry."""
    name = entry.get("name") or f"{entry['from']} to {entry['to']}"
    try:
        season = Season(
            name=name,
            first=day_of_year(entry["from"]),
            last=day_of_year(entry["to"]),
            weekdays=weekdays_of(entry["weekdays"]),
            begin=minute_of(entry["begin"]),
            end=minute_of(entry["end"]),
        )
    except InvalidConfig as error:
        raise InvalidConfig(f"season `{name}`: {error}") from None
    if season.begin >= season.end:
        raise InvalidConfig(f"season `{name}`: it ends at {entry['end']}, which is not after {entry['begin']}")
    return season


def seasons_of(config):
    """The seasons, of which no two say something of the same day."""
    seasons = []
    for season in map(season_of, config["seasons"]):
        for other in seasons:
            if season.overlaps(other):
                raise InvalidConfig(
                    f"the seasons `{other.name}` and `{season.name}` overlap: give each its own days, or its own weekdays"
                )
        seasons.append(season)
    return seasons


@planner(
    name="office-hours-by-season",
    version="0.1.0",
    summary="Runs servers at summer hours in summer and at winter hours in winter.",
    schema=SCHEMA,
    check=seasons_of,
)
def rule(day, config, plan):
    now = [season for season in map(season_of, config["seasons"]) if season.has(number_of(day.date))]
    if not now:
        return
    weekday = day.date.weekday()
    open_now = [season for season in now if weekday in season.weekdays]
    if not open_now:
        plan.paint_day("stop", f"{now[0].name}: closed on {WEEKDAYS[weekday]}")
        return
    [season] = open_now
    plan.clear(0, DAY)
    plan.paint(season.begin, season.end, "run", f"{season.name} hours")
