"""The rules that one case is held against. No file, no process: values in,
sentences out, so that each-rule-of-the-judge-bites can show that each rule bites."""

from dataclasses import dataclass, field

# A caller may wait this long at the very most.
PATIENCE = 75.0
# So long, at most, was a letter on its way that the smarthost took. Only for
# those who have no part in the sending: of others it is known what they did.
ON_ITS_WAY = 0.1
DOUBT = "may have been queued"


@dataclass
class Arrival:
    """What the smarthost took: the letter or its bounce."""
    time: float
    whole: bool
    bounce: bool = False


@dataclass
class Run:
    """One case and what became of it."""
    role: str
    way: str
    fault: str
    name: str = ""
    # What sendmail said: its exit status, -9 if killed, None if it hung.
    status: int | None = 0
    said: str = ""
    seconds: float = 0.0
    # Whether the end record left the caller; None if nobody knows.
    handed_over: bool | None = None
    struck: dict | None = None
    # How many messages were in an agent's hands before the fault (None: this
    # role does not know), and how many were removed, to be sent no more.
    begun: int | None = None
    recorded: int = 0
    # Whether nothing was left to do when the daemon was asked to leave.
    went_on: bool = False
    took: float = 0.0
    crashes: list = field(default_factory=list)
    arrivals: list = field(default_factory=list)
    left: list = field(default_factory=list)
    mailq: str = ""
    # What went wrong on the way: no start, no end, no answer.
    troubles: list = field(default_factory=list)

    def __str__(self):
        where = ""
        if self.struck:
            where = f" ({self.struck['struck']} {self.struck['object']})"
        return f"{self.name}{where}"

    def letters(self):
        return [a for a in self.arrivals if not a.bounce]

    def bounces(self):
        return [a for a in self.arrivals if a.bounce]


def promise(run):
    """"yes": accepted; "no": not accepted; "doubt": whole or not at all."""
    if run.status == 0:
        return "yes"
    if run.status is not None and run.status > 0:
        return "doubt" if DOUBT in run.said else "no"
    return "no" if run.handed_over is False else "doubt"


def is_in_doubt(run, arrivals):
    """Whether a second copy is excused: the fault came when the first was on
    its way, and its result was not recorded. The letter goes before its
    bounce, so what was begun or removed first is the letter."""
    if run.role in ("sendmail", "intake") or run.struck is None:
        return False
    before = 1 if arrivals[0].bounce else 0
    if run.begun is not None:
        return run.recorded <= before < run.begun
    first = min(a.time for a in arrivals)
    return (run.recorded <= before
            and float(run.struck["time"]) >= first - ON_ITS_WAY)


def judge_copies(run, name, arrivals, expected):
    if not all(a.whole for a in arrivals):
        yield f"a {name} arrived that is not whole"
    if expected == "yes" and not arrivals:
        yield f"accepted, but no {name} arrived"
    if expected == "no" and arrivals:
        yield f"not accepted, but a {name} arrived"
    if len(arrivals) > 2 or (
            len(arrivals) == 2 and not is_in_doubt(run, arrivals)):
        yield f"{len(arrivals)} copies of the {name} arrived"


def judge(run):
    """The sentences that say what was wrong; none: all is well."""
    wrong = list(run.troubles)
    expected = promise(run)
    if run.status is None or run.seconds > PATIENCE:
        wrong.append(f"sendmail kept its caller for {run.seconds:.0f} s")
    wrong += judge_copies(run, "letter", run.letters(), expected)
    # The other half of the same message: both or neither.
    if expected == "doubt":
        expected = "yes" if run.letters() else "no"
    wrong += judge_copies(run, "bounce", run.bounces(), expected)
    wrong += [f"left behind: {path}" for path in run.left]
    wrong += [f"a process ended by signal {n}" for n in run.crashes]
    if run.mailq.strip() and "empty" not in run.mailq:
        wrong.append(f"mailq in the end: {run.mailq.strip()}")
    return wrong
