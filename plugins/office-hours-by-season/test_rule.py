import datetime
import sys
import unittest

sys.path.insert(0, "sdk")

from reveille import InvalidConfig
from reveille_testing import check, lines, plan
from rule import rule

SO_FAR = ["09:00-18:00 run period office"]


def season(first, last, begin="08:00", end="17:00", **more):
    return {"from": first, "to": last, "begin": begin, "end": end, **more}


def model(config, date):
    """The day, by walking over every day of a season: without the rule's own arithmetic."""
    inside, closed = None, False
    for entry in config:
        first = datetime.date.fromisoformat(f"2000-{entry['from']}")
        last = datetime.date.fromisoformat(f"2000-{entry['to']}")
        days, walked = set(), first
        while True:
            days.add((walked.month, walked.day))
            if (walked.month, walked.day) == (last.month, last.day):
                break
            walked += datetime.timedelta(days=1)
            if walked.year > 2000:
                walked = walked.replace(year=2000)
        if (date.month, date.day) in days:
            if date.strftime("%a").lower() in entry["weekdays"].split(","):
                inside = entry
            else:
                closed = True
    if inside:
        return [f"{inside['begin']}-{inside['end']} run {inside['from']} to {inside['to']} hours"]
    return None if closed else SO_FAR


class Seasons(unittest.TestCase):
    def test_every_day_of_three_years_is_as_the_model_has_it(self):
        week = "mon,tue,wed,thu,fri"
        configs = [
            [season("06-01", "08-31", weekdays=week), season("11-15", "03-15", "10:00", "19:00", weekdays=week)],
            [season("12-31", "01-01", weekdays="sat,sun"), season("02-28", "03-01", "01:00", "02:00", weekdays=week)],
            [season("01-01", "12-31", weekdays="tue")],
            [season("02-29", "02-29", weekdays="mon,tue,wed,thu,fri,sat,sun")],
        ]
        for config in configs:
            date = datetime.date(2027, 1, 1)
            while date.year < 2030:
                got = lines(plan(rule, date.isoformat(), SO_FAR, seasons=config))
                expected = model(config, date)
                if expected is None:
                    self.assertTrue(got[0].startswith("00:00-24:00 stop"), (date, got))
                else:
                    self.assertEqual(got, expected, date)
                date += datetime.timedelta(days=1)

    def test_whatever_is_written_is_taken_or_refused_with_a_reason(self):
        bad = [
            {},
            {"seasons": []},
            {"seasons": "summer"},
            {"seasons": [season("6.1.", "08-31")]},
            {"seasons": [season("06-01", "08-31", begin="8")]},
            {"seasons": [season("06-01", "08-31", begin="17:00", end="17:00")]},
            {"seasons": [season("06-01", "08-31", weekdays="mon-")]},
            {"seasons": [season("06-01", "08-31", weekdays="")]},
            {"seasons": [season("06-01", "08-31", hours=8)]},
            {"seasons": [{"from": "06-01", "to": "08-31"}]},
            {"seasons": [season("06-01", "08-31"), season("08-31", "09-30")]},
            {"season": []},
        ]
        for config in bad:
            with self.assertRaises(InvalidConfig, msg=config) as refused:
                check(rule, **config)
            self.assertGreater(len(str(refused.exception)), 20)

    def test_seasons_that_touch_do_not_overlap(self):
        check(rule, seasons=[season("06-01", "08-31"), season("09-01", "05-31")])


if __name__ == "__main__":
    unittest.main()
