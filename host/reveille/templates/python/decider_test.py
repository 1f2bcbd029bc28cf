import sys
import unittest

sys.path.insert(0, "sdk")

from reveille_testing import decide, server
from rule import rule


class Keep(unittest.TestCase):
    def test_a_server_with_the_tag_is_not_stopped(self):
        decisions = decide(rule, [server("a", "stop", tags=[("Keep", "yes")]), server("b", "stop")])
        self.assertEqual(decisions["a"], ("none", "kept (tag Keep is yes)"))
        self.assertEqual(decisions["b"], ("stop", "so far"))

    def test_a_server_whose_tag_says_no_is_stopped(self):
        decisions = decide(rule, [server("a", "stop", tags=[("Keep", "no")])])
        self.assertEqual(decisions["a"], ("stop", "so far"))

    def test_starts_are_left_as_they_are(self):
        decisions = decide(rule, [server("a", "start", tags=[("Keep", "yes")])])
        self.assertEqual(decisions["a"], ("start", "so far"))


if __name__ == "__main__":
    unittest.main()
