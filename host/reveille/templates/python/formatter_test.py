import sys
import unittest
from types import SimpleNamespace

sys.path.insert(0, "sdk")

from reveille_testing import format
from rule import rule


class Words(unittest.TestCase):
    def test_a_status_is_one_line(self):
        counts = SimpleNamespace(total=36, running=12)
        said = format(rule, "status", schedule="Development", counts=counts)
        self.assertEqual(said, "Development: 12 of 36 servers run")

    def test_what_has_no_words_yet_is_shown_as_it_comes(self):
        self.assertIn("Development", format(rule, "help", schedules=["Development"]))


if __name__ == "__main__":
    unittest.main()
