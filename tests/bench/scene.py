"""A place to measure in: smarthost and navette as they are started for one
figure, and what can be asked of them from outside. Nothing here judges, and
nothing waits without an end."""
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

USER, PASSWORD = "jean.bon", "bench-secret"
ID_LETTERS = 7
SENDERS, EACH = b"bench%06d@web1.example.org", 50
SENDER = SENDERS % 0
# No call of this takes longer, however slow the machine; seconds.
PATIENCE = 200


def run(words, **more):
    """subprocess.run() that ends, and fails when the program does."""
    return subprocess.run(words, **{"check": True, "timeout": PATIENCE,
                                    **more})


def dead_port():
    """A port where nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def letter(size):
    head = (b"From: bench@web1.example.org\r\nTo: friend@example.net\r\n"
            b"Subject: bench\r\n\r\n")
    line = b"The quick brown fox jumps over the lazy dog, and so on and on.\n"
    body = line * (size // len(line) + 1)
    return (head.replace(b"\r", b"") + body)[:size - 1] + b"\n"


class Trace:
    """What strace -c counted."""

    def __init__(self):
        self.calls = {}

    def read(self, path):
        with open(path, encoding="ascii") as f:
            for line in f:
                part = line.split()
                if len(part) >= 5 and part[3].isdigit():
                    self.calls[part[-1]] = int(part[3])
        self.calls.pop("total", None)

    @property
    def all(self):
        return sum(self.calls.values())

    def of(self, name):
        return self.calls.get(name, 0)

    def table(self, n):
        """The calls that a message costs, the most frequent first."""
        often = sorted(self.calls.items(), key=lambda c: -c[1])
        return ", ".join(f"{name} {c / n:.2f}" for name, c in often
                         if c / n >= 0.02)


class Memory:
    def __init__(self):
        self.most, self.most_all = {}, 0

    def note(self, seen):
        for name, kb in seen:
            self.most[name] = max(self.most.get(name, 0), kb)
        self.most_all = max(self.most_all, sum(kb for _, kb in seen))


class Scene:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.dir = None
        self.env = {}
        self.port = self.tls_port = 0
        self.sink = self.daemon = None
        self.account = "nobody" if os.getuid() == 0 else None

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="navette-bench.")
        os.chmod(self.dir, 0o755)
        run = self.folder("run")
        if self.account:
            shutil.chown(run, self.account)
        self.env = dict(os.environ,
                        NAVETTE_SOCKET=self.path("run/submit"),
                        NAVETTE_DROP=self.path("spool/drop"))
        with open(self.path("letter"), "wb") as f:
            f.write(letter(2048))
        return self

    def __exit__(self, *why):
        for p in (self.daemon, self.sink):
            if p and p.poll() is None:
                p.terminate()
                try:
                    p.wait(30)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def program(self, name):
        return os.path.join(self.build, name)

    def bench(self, name):
        return os.path.join(self.build, "tests/bench", name)

    def folder(self, name):
        os.makedirs(self.path(name), exist_ok=True)
        return self.path(name)

    @staticmethod
    def empty(folder):
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))

    @staticmethod
    def sleep(seconds):
        time.sleep(seconds)

    def wait_for(self, what, seconds=60):
        until = time.monotonic() + seconds
        while not what():
            if time.monotonic() > until:
                self.tell_log()
                raise TimeoutError("bench: waited in vain")
            time.sleep(0.005)

    def tell_log(self):
        with open(self.path("log"), encoding="utf-8") as f:
            print("".join(f.readlines()[-20:]))

    # --- the smarthost

    def smarthost(self, *options):
        """On the same ports again, if it was there before."""
        ports = self.path("ports")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(ports)
        self.sink = subprocess.Popen(
            [self.program("tests/smarthost/smarthost"), "--ports", ports,
             "--port", str(self.port), "--smtps-port", str(self.tls_port),
             "--control", self.path("orders"), "--digest",
             "--log", self.path("transcript"), "--user", USER,
             "--password", PASSWORD, "--ca", self.path("ca.pem"),
             "--ca-key", self.path("ca.key"), "--require-auth=off",
             *options])
        self.wait_for(lambda: os.path.exists(ports))
        with open(ports, encoding="ascii") as f:
            said = dict(line.strip().split("=") for line in f)
        self.port, self.tls_port = int(said["plain"]), int(said["smtps"])
        os.chmod(self.path("ca.pem"), 0o644)

    def smarthost_stop(self):
        self.sink.terminate()
        self.sink.wait(PATIENCE)
        self.sink = None

    def stats(self):
        out = run([self.program("tests/smarthost/smarthost"), "--ask",
                   self.path("orders"), "stats"], capture_output=True)
        return json.loads(out.stdout)

    def judge(self, count):
        """Each message once, and nothing on the wire that should not be."""
        seen = self.stats()
        self.smarthost_stop()
        with open(self.path("transcript"), encoding="utf-8") as f:
            ids = [m.group(1) for m in
                   (re.match(r"M \S+ \S+ (\S+) ", line) for line in f) if m]
        assert seen["messages"] == count, seen
        assert len(ids) == count and len(set(ids)) == count, "not each once"
        for fault in ("bare_cr", "bare_lf", "after_quit", "unsynchronised",
                      "early", "unoffered", "aborted", "logins_failed"):
            assert seen[fault] == 0, fault

    def drain_limit(self, style, count, size, tls):
        port = self.tls_port if tls else self.port
        login = [USER, PASSWORD] if tls else []
        run([self.bench("limit-drain"), str(port), style, str(count),
             str(size), *login])

    # --- navette

    def configure(self, port, tls=False, lines=()):
        with open(self.path("password"), "w", encoding="ascii") as f:
            f.write(PASSWORD + "\n")
        os.chmod(self.path("password"), 0o600)
        account = ""
        if self.account:
            shutil.chown(self.path("password"), self.account)
            account = f'user = "{self.account}"\n'
        login = "" if not tls else (
            f'user = "{USER}"\npassword-file = "{self.path("password")}"\n'
            f'ca-file = "{self.path("ca.pem")}"\n')
        with open(self.path("conf"), "w", encoding="ascii") as f:
            f.write('mailname = "web1.example.org"\n'
                    'postmaster = "ops@example.org"\n'
                    f'spool = "{self.path("spool")}"\n'
                    f'socket = "{self.path("run/submit")}"\n'
                    'retry-first = "1h"\nmax-waiting = 1000000\n'
                    f'{account}smarthost "isp" {{\nhost = "localhost"\n'
                    f'port = {port}\ntls = "{"smtps" if tls else "none"}"\n'
                    + login + "\n".join(lines) + "\n}\n")

    def navetted(self, before=(), env=None):
        """Below the words before, if any. Seconds until it takes mail."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path("run/submit"))
        with open(self.path("log"), "w", encoding="utf-8") as log:
            began = time.monotonic()
            self.daemon = subprocess.Popen(
                [*before, self.program("navetted"), "-C",
                 self.path("conf"), "-e"], stderr=log, env=env,
                start_new_session=True)
        self.wait_for(lambda: os.path.exists(self.path("run/submit")))
        return time.monotonic() - began

    def navetted_stop(self):
        self.daemon.terminate()
        self.daemon.wait(PATIENCE)

    def tool(self, *words):
        return run([self.program("navette"), "-C", self.path("conf"), *words],
                   check=False, capture_output=True, text=True)

    def wait_until_read(self):
        """Until everything that lay there has been read, and one attempt has
        found that nobody listens. Seconds."""
        began = time.monotonic()
        self.wait_for(lambda: "event=stopped" in self.log(), 300)
        return self.settle(0.3) - began

    def log(self):
        with open(self.path("log"), encoding="utf-8") as f:
            return f.read()

    def flush(self, count):
        done = self.tool("flush", "--wait")
        if done.returncode != 0:
            self.tell_log()
            raise RuntimeError(f"flush: {done.returncode} of {count}")

    def mailq_head(self):
        began = time.monotonic()
        run(f"{self.program('navette')} -C {self.path('conf')} queue | head "
            ">/dev/null", shell=True)
        return time.monotonic() - began

    def read_all(self):
        """Seconds in which a minimal program reads the head of each file."""
        began = time.monotonic()
        run([self.bench("limit-scan"), self.path("spool/queue")],
            capture_output=True)
        return time.monotonic() - began

    def submit(self, count, parallel, program):
        out = run([self.bench("submissions"), str(count), str(parallel),
                   self.path("letter"), *program], capture_output=True,
                  env=self.env)
        return json.loads(out.stdout)

    def submit_to(self, recipients):
        with open(self.path("letter"), "rb") as f:
            run([self.program("sendmail"), "--", *recipients], stdin=f,
                env=self.env)

    def fill(self, count, size, each=EACH):
        """A queue of so many messages: one is handed over, the others are
        made from its file, each with an ID and an X-Bench-Id of its own. They
        are of many senders, each of one of them, since what one sends in a
        burst is bulk mail, which goes behind all other."""
        first = self.one_queued(size)
        with open(first, "rb") as f:
            whole = f.read()
        owner = os.stat(first)
        os.unlink(first)
        queue, name = os.path.split(first)
        mark = b"X-Bench-Id: 00000000"
        assert whole.count(mark) == 1
        before, behind = whole.split(mark)
        for i in range(count):
            path = os.path.join(queue, name[:-ID_LETTERS] +
                                str(i).zfill(ID_LETTERS))
            with open(path, "wb") as f:
                f.write(before.replace(SENDER, SENDERS % (i // each)) +
                        mark[:-8] + b"%08d" % i + behind)
            os.chown(path, owner.st_uid, owner.st_gid)
            os.chmod(path, owner.st_mode)

    def one_queued(self, size):
        conf = self.path("conf")
        with open(conf, encoding="ascii") as f:
            kept = f.read()
        with open(conf, "w", encoding="ascii") as f:
            f.write(re.sub("port = .*", f"port = {dead_port()}", kept))
        self.navetted()
        run([self.program("sendmail"), "-t", "-f", SENDER], env=self.env,
            input=b"X-Bench-Id: 00000000\n" + letter(size))
        self.navetted_stop()
        with open(conf, "w", encoding="ascii") as f:
            f.write(kept)
        for extra in glob.glob(self.path("spool/queue/*.log")):
            os.unlink(extra)
        found = glob.glob(self.path("spool/queue/*"))
        found.sort(key=os.path.getmtime)
        for other in found[:-1]:
            os.unlink(other)
        return found[-1]

    # --- from outside

    def processes(self):
        """(pid, name) of all that belong to the daemon's session."""
        found = []
        for stat in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(stat, encoding="ascii", errors="replace") as f:
                    text = f.read()
            except OSError:
                continue
            behind = text.rsplit(")", 1)[1].split()
            if int(behind[3]) == self.daemon.pid and behind[0] != "Z":
                found.append((int(stat.split("/")[2]),
                              self.command(stat), behind))
        return found

    @staticmethod
    def command(stat):
        try:
            with open(os.path.join(os.path.dirname(stat), "cmdline"),
                      encoding="ascii", errors="replace") as f:
                words = f.read().split("\0")
        except OSError:
            return "?"
        if words[0] == "navetted" and words[1] == "--role":
            return words[2]
        return os.path.basename(words[0])

    def cpu(self):
        """Seconds of all processes, those that ended among them."""
        ticks = 0
        for _, _, stat in self.processes():
            ticks += sum(int(t) for t in stat[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def settle(self, seconds):
        """Until nothing is done any more; since when."""
        busy = time.monotonic()
        before = self.cpu()
        while time.monotonic() - busy < seconds:
            time.sleep(0.02)
            if self.cpu() != before:
                busy = time.monotonic()
                before = self.cpu()
        return busy

    def pss_each(self):
        each = []
        for pid, name, _ in self.processes():
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
                    each += [(name, int(line.split()[1])) for line in f
                             if line.startswith("Pss:")]
        return each

    @staticmethod
    def least_memory():
        """kB of a program that does nothing."""
        p = subprocess.Popen(["sleep", "60"])
        try:
            time.sleep(0.2)
            with open(f"/proc/{p.pid}/smaps_rollup", encoding="ascii") as f:
                return next(int(line.split()[1]) for line in f
                            if line.startswith("Pss:"))
        finally:
            p.kill()
            p.wait()

    def pss(self):
        """kB by program."""
        sums = {}
        for name, kb in self.pss_each():
            sums[name] = sums.get(name, 0) + kb
        return sums

    @contextlib.contextmanager
    def watch_memory(self):
        memory, done = Memory(), threading.Event()

        def watch():
            while not done.wait(0.02):
                memory.note(self.pss_each())
        t = threading.Thread(target=watch, daemon=True)
        t.start()
        try:
            yield memory
        finally:
            done.set()
            t.join(PATIENCE)

    def trace_program(self, command):
        out, t = self.path("strace"), Trace()
        with open(self.path("letter"), "rb") as f:
            run(["strace", "-c", "-f", "-o", out, *command], stdin=f,
                env=self.env)
        t.read(out)
        return t

    @contextlib.contextmanager
    def trace_daemon(self):
        """Counts the calls of all its processes, and of those they start."""
        out, t = self.path("strace"), Trace()
        pids = [w for pid, _, _ in self.processes() for w in ("-p", str(pid))]
        with open(self.path("strace.says"), "w", encoding="ascii") as says:
            p = subprocess.Popen(["strace", "-c", "-f", "-o", out, *pids],
                                 stderr=says)
        try:
            self.wait_for(self.all_are_traced)
            yield t
            time.sleep(0.3)
        finally:
            p.send_signal(signal.SIGINT)
            p.wait(PATIENCE)
        t.read(out)

    def all_are_traced(self):
        for pid, _, _ in self.processes():
            with open(f"/proc/{pid}/status", encoding="ascii") as f:
                if "TracerPid:\t0\n" in f.read():
                    return False
        return True

    def instructions(self, command):
        if not shutil.which("valgrind"):
            return "no valgrind"
        with open(self.path("letter"), "rb") as f:
            done = run(["valgrind", "--tool=callgrind",
                        "--callgrind-out-file=" + self.path("callgrind"),
                        *command], stdin=f, capture_output=True, text=True,
                       env=self.env)
        return re.search(r"Collected\s*:\s*(\d+)", done.stderr).group(1)

    def navetted_counted(self):
        """Each process of it below callgrind."""
        folder = self.folder("instructions")
        os.chmod(folder, 0o1777)
        words = ["valgrind", "-q", "--vgdb=no", "--trace-children=no",
                 "--child-silent-after-fork=yes", "--tool=callgrind",
                 f"--callgrind-out-file={folder}/%p"]
        roles = self.program("tests/valgrind/roles.so")
        self.navetted(["env", f"LD_PRELOAD={roles}", *words],
                      dict(os.environ, NAVETTE_BUILD=self.build,
                           NAVETTE_VALGRIND=" ".join(words)))

    def instructions_by_role(self):
        """Once navetted has ended: what each kind of process executed."""
        sums = {}
        for path in glob.glob(self.path("instructions/*")):
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read()
            cmd = re.search(r"^cmd: (.*)$", text, re.M)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.M)
            if cmd and total:
                role = re.search(r"--role (\w+)", cmd.group(1))
                name = role.group(1) if role else "navetted"
                sums[name] = sums.get(name, 0) + int(total.group(1))
        return sums
