"""Each rule of judge.py, broken once."""

import unittest

from judge import Arrival, Run, judge, promise


def good_run(**changes):
    run = Run("agent", "socket", "kill-exit", 7,
              struck={"struck": "write", "object": "", "time": 100.0},
              arrivals=[Arrival(99.0, True), Arrival(99.5, True, True)],
              mailq="the queue is empty\n")
    for name, value in changes.items():
        setattr(run, name, value)
    return run


class Judge(unittest.TestCase):
    def assert_wrong(self, word, **changes):
        wrong = judge(good_run(**changes))
        self.assertEqual(len(wrong), 1, wrong)
        self.assertIn(word, wrong[0])

    def test_a_good_run_is_good(self):
        self.assertEqual(judge(good_run()), [])

    def test_accepted_and_lost(self):
        self.assert_wrong("no letter",
                          arrivals=[Arrival(99.5, True, True)])

    def test_accepted_and_not_answered_for(self):
        self.assert_wrong("no bounce", arrivals=[Arrival(99.0, True)])

    def test_refused_and_delivered(self):
        wrong = judge(good_run(status=75, said="cannot queue"))
        self.assertEqual(len(wrong), 2, wrong)

    def test_in_doubt_is_whole_or_nothing(self):
        doubt = {"status": 75, "said": "the message may have been queued"}
        self.assertEqual(judge(good_run(**doubt)), [])
        self.assertEqual(judge(good_run(arrivals=[], **doubt)), [])
        self.assert_wrong("no bounce", arrivals=[Arrival(99.0, True)],
                          **doubt)
        self.assert_wrong("not whole", arrivals=[
            Arrival(99.0, False), Arrival(99.5, True, True)], **doubt)

    def test_killed_before_the_end_record(self):
        run = good_run(status=-9, handed_over=False)
        self.assertEqual(promise(run), "no")
        self.assertEqual(len(judge(run)), 2)
        run.handed_over = True
        self.assertEqual(judge(run), [])

    def test_two_copies_are_excused_after_the_dot_only(self):
        twice = [Arrival(99.0, True), Arrival(101.0, True),
                 Arrival(99.5, True, True)]
        self.assertEqual(judge(good_run(arrivals=twice)), [])
        early = {"struck": "write", "object": "", "time": 98.0}
        self.assert_wrong("2 copies", arrivals=twice, struck=early)
        self.assert_wrong("2 copies", arrivals=twice, recorded=True)
        self.assert_wrong("2 copies", arrivals=twice, role="intake")
        self.assert_wrong("3 copies", arrivals=twice +
                          [Arrival(102.0, True)])

    def test_half_a_letter(self):
        self.assert_wrong("not whole", arrivals=[
            Arrival(99.0, False), Arrival(99.5, True, True)])

    def test_leftovers(self):
        self.assert_wrong("left behind", left=["tmp/x"])

    def test_a_crash(self):
        self.assert_wrong("signal 11", crashes=[11])

    def test_a_queue_that_stays(self):
        self.assert_wrong("mailq", mailq="0123 waits\n")

    def test_patience(self):
        self.assert_wrong("kept its caller", seconds=80.0)
        self.assert_wrong("kept its caller", status=None, said="")


if __name__ == "__main__":
    unittest.main()
