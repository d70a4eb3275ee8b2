"""The scripted smarthost of tests/smarthost, and what it received."""

import re
import subprocess
from pathlib import Path

from house import wait_until
from judge import Arrival

START_LIMIT = 10.0


class Smarthost:
    password = "un mot de passe"
    script = "rcpt to=refused -> 550 5.1.1 No such user here\n"

    def __init__(self, build, folder, script=""):
        self.folder = Path(folder)
        self.spool = self.folder / "spool"
        self.spool.mkdir(parents=True)
        self.ca = self.folder / "ca.pem"
        ports = self.folder / "ports"
        self.process = subprocess.Popen(
            [str(Path(build).resolve() / "tests/smarthost/smarthost"),
             "--ports", str(ports), "--spool", str(self.spool),
             "--log", str(self.folder / "log"), "--ca", str(self.ca),
             "--user", "jean", "--password", self.password,
             "--script", self.script + script],
            stdin=subprocess.DEVNULL, cwd=self.folder)
        if not wait_until(ports.exists, START_LIMIT):
            self.stop()
            raise RuntimeError("the smarthost does not start")
        self.ports = dict(re.findall(r"(\w+)[ =](\d+)", ports.read_text()))
        self.port = int(self.ports["smtps"])

    def stop(self):
        self.process.kill()
        self.process.wait()

    def arrivals(self, letter):
        """What came of this letter: itself, or the bounce to its sender."""
        found = []
        for path in self.spool.glob("[0-9]*.eml"):
            envelope = path.with_suffix(".env").read_text()
            if letter.token not in envelope:
                continue
            data = path.read_bytes()
            bounce = f"<{letter.sender}>" in rcpt_lines(envelope)
            whole = (letter.is_whole_bounce(data) if bounce
                     else letter.is_whole(data))
            found.append(Arrival(path.stat().st_mtime, whole, bounce))
        return sorted(found, key=lambda arrival: arrival.time)

    def forget(self):
        """What arrived so far is not looked at again."""
        for path in self.spool.iterdir():
            path.unlink()


def rcpt_lines(envelope):
    return "".join(line for line in envelope.splitlines()
                   if line.lower().startswith("rcpt"))
