"""A navette of its own in a scratch folder: configuration, start and stop,
with or without faultline around it, and what lies in its spool."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

# Nothing here takes longer when all is well; the machine may be busy.
START_LIMIT = 10.0
FLUSH_LIMIT = 20.0
STOP_LIMIT = 15.0
SUBMIT_LIMIT = 80.0

# Who hands mail in, and who the daemon is, when the tests run as root; else
# everybody is who we are.
CALLER = 54321
DAEMON = "nobody"

# How a role looks in /proc/PID/cmdline, for faultline.
ROLES = {
    "sendmail": "{build}/sendmail -i -f *",
    "launcher": "{build}/navetted -e -C *",
    "intake": "navetted --role intake*",
    "manager": "navetted --role manager*",
    "agent": "navetted --role agent*",
}

CONFIGURATION = """\
mailname = "origin-host.example"
postmaster = "ops@origin.example"
spool = "{folder}/spool"
socket = "{folder}/run/submit"
aliases = "{folder}/aliases"
user = "{daemon}"
stop-wait = "2s"
retry-first = "1s"
retry-max = "2s"
smarthost "isp" {{
    host = "localhost"
    port = {port}
    tls = "smtps"
    user = "jean"
    password-file = "{folder}/password"
    ca-file = "{ca}"
}}
"""


class House:
    def __init__(self, build, folder, smarthost):
        self.build = Path(build).resolve()
        self.folder = Path(folder)
        self.spool = self.folder / "spool"
        self.report = self.folder / "report"
        self.is_root = os.getuid() == 0
        self.environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "NAVETTE_SOCKET": str(self.folder / "run/submit"),
            "NAVETTE_DROP": str(self.spool / "drop"),
            # A build with sanitizers: leaks cannot be looked for under ptrace.
            "ASAN_OPTIONS": "detect_leaks=0",
        }
        self.daemon = None
        self.configure(smarthost)

    def configure(self, smarthost):
        (self.folder / "run").mkdir(parents=True, exist_ok=True)
        (self.folder / "aliases").write_text("")
        password = self.folder / "password"
        password.write_text(smarthost.password + "\n")
        password.chmod(0o640)
        (self.folder / "navette.conf").write_text(CONFIGURATION.format(
            folder=self.folder, daemon=DAEMON, port=smarthost.port,
            ca=smarthost.ca))
        if self.is_root:
            account = pwd.getpwnam(DAEMON)
            os.chown(self.folder / "run", account.pw_uid, account.pw_gid)
            os.chown(password, 0, account.pw_gid)
            self.folder.chmod(0o755)

    def setting(self, line):
        """One more line for the configuration, for the next start."""
        path = self.folder / "navette.conf"
        path.write_text(line + "\n" + path.read_text())

    def forget_spool(self):
        shutil.rmtree(self.spool, ignore_errors=True)

    # The daemon.

    def around(self, fault):
        """faultline's words before a command; fault None: none."""
        if fault is None:
            return []
        words = [self.build / "tests/faultline/faultline",
                 "--role", ROLES[fault.role].format(build=self.build),
                 "--report", self.report, "--list"]
        if fault.n:
            what, _, moment = fault.fault.partition("-")
            words += ["--at", fault.n, "--process", fault.process,
                      "--do", what, "--moment", moment or "entry"]
        return [str(word) for word in words] + ["--"]

    def start(self, fault=None):
        """True when it listens; False when it ended by itself."""
        self.log = open(self.folder / "log", "ab")
        socket = Path(self.environment["NAVETTE_SOCKET"])
        socket.unlink(missing_ok=True)
        self.daemon = subprocess.Popen(
            self.around(fault) + [
                str(self.build / "navetted"), "-e", "-C",
                str(self.folder / "navette.conf")],
            env=self.environment, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, cwd="/",
            start_new_session=True)
        return wait_until(lambda: socket.exists() or
                          self.daemon.poll() is not None,
                          START_LIMIT) and self.daemon.poll() is None

    def stop(self):
        """SIGTERM; True when all left in time, else they are killed."""
        if self.daemon is None:
            return True
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(STOP_LIMIT)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.kill()

    def kill(self):
        """The end of all that start() started, and of nothing else."""
        if self.daemon is not None:
            try:
                os.killpg(self.daemon.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.daemon.wait()
            self.log.close()
        self.daemon = None

    # Its users.

    def caller(self, uid=CALLER):
        """The words that make a command somebody's, if we are root."""
        return ["setpriv", f"--reuid={uid}", f"--regid={uid}",
                "--clear-groups"] if self.is_root else []

    def submit(self, letter, fault=None, **process):
        """sendmail's exit status (negative: a signal, None: hung), its words,
        the seconds. Further words are Popen's."""
        command = self.caller() + letter.command(
            str(self.build / "sendmail"))
        settings = {"env": self.environment, "cwd": "/",
                    "stdin": subprocess.PIPE, "stdout": subprocess.PIPE,
                    "stderr": subprocess.STDOUT} | process
        begin = time.monotonic()
        with subprocess.Popen(self.around(fault) + command,
                              **settings) as sendmail:
            try:
                said, _ = sendmail.communicate(letter.text.encode(),
                                               SUBMIT_LIMIT)
                status = sendmail.returncode
            except subprocess.TimeoutExpired:
                sendmail.kill()
                said, status = sendmail.communicate()[0], None
        # faultline tells of a kill as a shell does.
        if fault is not None and status is not None and status > 128:
            status = 128 - status
        return status, said.decode(errors="replace"), time.monotonic() - begin

    def navette(self, *words, limit=FLUSH_LIMIT):
        """The administrator's tool: exit status (None: hung) and words."""
        try:
            done = subprocess.run(
                [str(self.build / "navette"), "-C",
                 str(self.folder / "navette.conf"), *words],
                env=self.environment, cwd="/", capture_output=True,
                stdin=subprocess.DEVNULL, timeout=limit, check=False)
            return done.returncode, (done.stdout + done.stderr).decode()
        except subprocess.TimeoutExpired:
            return None, ""

    # What can be seen from outside.

    def reports(self):
        """What faultline wrote; a last line may be torn."""
        lines = []
        try:
            with open(self.report, encoding="ascii") as file:
                for line in file:
                    if line.endswith("\n"):
                        lines.append(json.loads(line))
        except FileNotFoundError:
            pass
        return lines

    def files(self):
        """All files of the spool that are a message or part of one."""
        found = []
        for folder in ("drop", "tmp", "queue", "failed"):
            where = self.spool / folder
            if where.is_dir():
                found += [f"{folder}/{name}" for name in os.listdir(where)]
        return sorted(found)

    def queued(self):
        return [path for path in self.files()
                if not path.startswith(("tmp/", "drop/."))]

    def age_files(self, seconds=3 * 24 * 3600):
        """As if what is unfinished had lain there for some days."""
        then = time.time() - seconds
        for path in self.files():
            if path.startswith(("tmp/", "drop/.")):
                os.utime(self.spool / path, (then, then))

    def processes(self, role=None):
        """The pids of a role of the daemon, or of all roles; not of the
        launcher."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
                parent = (path / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if (int(parent[1]) == self.daemon.pid and words[1:2] == [b"--role"]
                    and role in (None, words[2].decode())):
                found.append(int(path.name))
        return sorted(found)

    def begin(self):
        """Of the case before nothing shall be taken for this one's."""
        self.report.unlink(missing_ok=True)
        with open(self.folder / "log", "wb"):
            pass

    def findings(self):
        """What sanitizers said, if this is a build with them."""
        with open(self.folder / "log", encoding="ascii",
                  errors="replace") as file:
            return [line.strip() for line in file
                    if "Sanitizer" in line or "runtime error:" in line]

    def keep(self, where):
        where.mkdir(exist_ok=True)
        for name in ("log", "report"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, where)


def wait_until(condition, limit):
    """Whether it came true in time; looks often, for cases are many."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.003)
    return True
