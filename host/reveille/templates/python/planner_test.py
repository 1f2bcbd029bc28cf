import sys
import unittest

sys.path.insert(0, "sdk")

from reveille import InvalidConfig
from reveille_testing import check, lines, plan
from rule import rule

SO_FAR = ["09:00-18:00 run period office"]


class Early(unittest.TestCase):
    def test_on_friday_servers_stop_at_four(self):
        friday = lines(plan(rule, "2026-11-27", SO_FAR))
        self.assertEqual(friday, ["09:00-16:00 run period office", "16:00-24:00 stop early day"])

    def test_other_days_stay_as_they_are(self):
        self.assertEqual(lines(plan(rule, "2026-11-26", SO_FAR)), SO_FAR)

    def test_a_time_that_is_none_is_refused(self):
        with self.assertRaisesRegex(InvalidConfig, "`four` is not a time"):
            check(rule, **{"from": "four"})


if __name__ == "__main__":
    unittest.main()
