"""What one case is, how it is played, and which cases there are."""

import time
from dataclasses import dataclass

from house import wait_until
from judge import Run
from letter import Letter

FAULTS = ("kill-entry", "kill-exit", "EIO", "ENOSPC", "EINTR")
# Lines of a letter; sendmail holds 256 KiB before it connects.
SHORT, LONG = 40, 20000
# A bounce follows its letter, at the latest, after so long.
SETTLE = 5.0


@dataclass(frozen=True)
class Case:
    role: str
    way: str
    fault: str = ""
    n: int = 0		# 0: no fault, only the list of calls
    process: int = 0	# the how manieth of its role; 0: any

    def __str__(self):
        at = f"@{self.process}" if self.process else ""
        return f"{self.role}:{self.way}:{self.fault}:{self.n}{at}"

    @classmethod
    def parse(cls, words):
        role, way, fault, at = words.split(":")
        n, _, process = at.partition("@")
        return cls(role, way, fault, int(n), int(process or 0))


# After these something is different; after others the next entry will do.
EFFECTS = ("bind", "clone", "connect", "exec", "f", "link", "listen",
           "mkdir", "open", "rename", "send", "shutdown", "socketpair",
           "symlink", "unlink", "vfork", "write")
# Where a call can be one of many like it that say nothing new.
SCENERY = ("mmap", "mprotect", "munmap", "brk", "close", "fcntl", "fstat",
           "getdents64", "landlock", "lseek", "newfstatat", "openat",
           "prctl", "pread64", "read", "rt_sig", "seccomp")
ENOUGH = 3
ID_LENGTH = 16


def faults_of(call):
    for fault in FAULTS:
        if fault in call["errors"] or fault == "kill-entry" or (
                fault == "kill-exit" and call["call"].startswith(EFFECTS)):
            yield fault


def is_scenery(call):
    """A call of the start: not about the spool, a socket, an event."""
    about = call["object"]
    return (call["call"].startswith(SCENERY) and "/spool/" not in about
            and not about.startswith(("socket:", "pipe:", "anon_inode:[ev")))


def without_repeats(calls):
    """Of a loop over like calls the first few."""
    seen = {}
    for call in calls:
        key = (call["process"], call["call"],
               call["object"].rpartition("/")[0])
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= ENOUGH or not is_scenery(call):
            yield call


def begun(role, calls):
    """How many messages were in an agent's hands: the manager opens one when
    it learns of it and again to hand it over, the agent reads it."""
    if role not in ("manager", "agent"):
        return None
    name, times = ("openat", 2) if role == "manager" else ("pread64", 1)
    seen = [call["object"] for call in calls if call["call"] == name
            and "/queue/" in call["object"]
            and len(call["object"].rpartition("/")[2]) == ID_LENGTH]
    return sum(seen.count(path) >= times for path in set(seen))


def recorded(calls):
    """How many messages were removed from the queue."""
    return sum(call["call"].startswith("unlink") and call["result"] == 0
               and "/queue/" in call["object"]
               and len(call["object"].rpartition("/")[2]) == ID_LENGTH
               for call in calls)


def cases_of(role, way, calls):
    """Each fault at each call where it is fair, from a list of the calls. The
    intakes share their work by chance, so the first to come to a call is
    struck; of a role's other processes, mostly forks that become another
    role, only what the first one did not do."""
    seen = set()
    for call in calls:
        what = call["n"] if role == "intake" else (call["n"], call["call"])
        if what in seen and call["call"] != "execveat":
            continue
        seen.add(what)
        process = 0 if role == "intake" else call["process"]
        for fault in faults_of(call):
            yield Case(role, way, fault, call["n"], process)


def ways_of(role):
    """How the message comes in: by the socket, but for "drop"; "first" into a
    spool that has to be made, "long" so that sendmail cannot hold it."""
    more = {"launcher": ("first",), "sendmail": ("long",), "intake": ("long",)}
    return ("socket", "drop") + more.get(role, ())


def handed_over(calls):
    """How much these calls let out of the caller's hands: bytes into the
    socket, or more than any number of them when a drop file got its name."""
    total = 0
    for call in calls:
        if call["call"].startswith(("rename", "link")):
            total += (call["result"] == 0) << 40
        if (call["call"] in ("write", "writev", "sendmsg", "sendto")
                and call["object"].startswith("socket:")):
            total += max(call["result"], 0)
    return total


# How long the record that ends a message is. A long message is sent in pieces
# as they come, more of them or fewer, and this one is a piece of its own.
END_RECORD = 4


def has_sent_end(calls):
    """Whether these calls of a long submission let the end record out."""
    return any(call["call"] == "sendmsg" and call["result"] == END_RECORD
               and call["object"].startswith("socket:") for call in calls)


class Player:
    """Plays case after case in one house."""

    def __init__(self, house, smarthost, name):
        self.house = house
        self.smarthost = smarthost
        self.name = name
        self.count = 0
        self.is_sound = False	# a daemon without fault is running
        self.handovers = {}	# way: what a whole submission hands over

    def play(self, case):
        """The run of this case, and the calls its role made."""
        self.count += 1
        letter = Letter(f"{self.name}{self.count:06}",
                        LONG if case.way == "long" else SHORT)
        run = Run(case.role, case.way, case.fault, str(case))
        self.prepare(case, run)
        begin = time.monotonic()
        self.play_fault(case, letter, run)
        calls = self.read_report(case, run)
        self.recover(letter, run)
        run.troubles += self.house.findings()
        run.took = time.monotonic() - begin
        return run, calls

    def learn(self, case):
        """Plays a case without fault, to know its calls."""
        run, calls = self.play(case)
        if case.role == "sendmail":
            self.handovers[case.way] = handed_over(calls)
        return run, calls

    def prepare(self, case, run):
        self.house.begin()
        self.smarthost.forget()
        if case.way == "first":
            self.stop(run)
            self.house.forget_spool()
        elif not (self.house.spool / "drop").is_dir():
            self.start(run, None)

    def keep(self, name):
        """What a case that went wrong has left behind, for a closer look."""
        self.house.keep(self.house.folder.parent.parent / name)

    def close(self):
        self.house.kill()
        self.smarthost.stop()

    def play_fault(self, case, letter, run):
        """Submission and delivery with the fault in one of them."""
        at_caller = case.role == "sendmail"
        if case.way != "drop":
            self.start(run, None if at_caller else case)
        else:
            self.stop(run)
        self.submit(letter, run, case if at_caller else None)
        if case.way == "drop" and not at_caller:
            self.start(run, case)
        if at_caller:
            return
        if self.house.daemon.poll() is None:
            self.flush(run)
        run.went_on = not self.house.files()
        self.stop(run)

    def start(self, run, fault):
        """A daemon; one without fault that runs already will do."""
        if fault is None and self.is_sound:
            return
        self.stop(run)
        # With a fault the daemon may give up; it must not hang.
        if not self.house.start(fault) and (
                fault is None or self.house.daemon.poll() is None):
            run.troubles.append("the daemon did not come up")
        self.is_sound = fault is None

    def stop(self, run):
        self.is_sound = False
        if not self.house.stop():
            run.troubles.append("the daemon did not leave on SIGTERM")

    def submit(self, letter, run, fault):
        run.status, run.said, run.seconds = self.house.submit(letter, fault)

    def flush(self, run):
        status, _ = self.house.navette("flush", "--wait")
        if status is None:
            run.troubles.append("flush --wait did not come back")
        return status == 0

    def read_report(self, case, run):
        lines = self.house.reports()
        results = {(line["process"], line["done"]): line["result"]
                   for line in lines if "done" in line}
        calls = [line | {"result": results.get(
            (line["process"], line["n"]), -1)}
                 for line in lines if "call" in line]
        struck = [line for line in lines if "struck" in line]
        killed = [line for line in lines if "killed" in line]
        if struck:
            run.struck = struck[0] | (killed[0] if killed else {})
            before = [call for call in calls if
                      float(call["time"]) <= float(run.struck["time"])]
            run.begun = begun(case.role, before)
            run.recorded = recorded(before)
        run.crashes = [line["signal"] for line in lines
                       if line.get("signal", 9) not in (9, 15)]
        if case.role == "sendmail" and case.way == "long":
            run.handed_over = has_sent_end(calls)
        elif case.role == "sendmail" and case.way in self.handovers:
            run.handed_over = handed_over(calls) >= self.handovers[case.way]
        return calls

    def recover(self, letter, run):
        """The daemon without faults: what it makes of what it finds."""
        self.deliver_rest(run)
        if self.house.files():
            # What is unfinished goes at a start, when it is old.
            self.stop(run)
            self.house.age_files()
            self.deliver_rest(run)
        run.arrivals = self.smarthost.arrivals(letter)
        run.left = self.house.files()
        run.mailq = self.house.navette("queue")[1]
        if run.left:
            self.stop(run)
            self.house.forget_spool()

    def deliver_rest(self, run):
        self.start(run, None)
        # A bounce is a message of its own, made while flush waits.
        wait_until(lambda: self.house.daemon.poll() is not None or
                   self.flush(run) and not self.house.queued(), SETTLE)
