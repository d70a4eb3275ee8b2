"""What the tests of this folder share: a house, a smarthost, a letter, and a
way to say what was expected. A test is a program: 0 it holds, 1 it does not,
77 it cannot be tried here."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

sys.dont_write_bytecode = True

from house import House, wait_until  # noqa: E402
from letter import Letter  # noqa: E402
from smarthost import Smarthost  # noqa: E402

DELIVERY_LIMIT = 20.0


class Scene:
    def __init__(self, folder, build):
        self.folder = folder
        self.smarthost = Smarthost(build, folder / "smarthost")
        self.house = House(build, folder / "house", self.smarthost)
        self.letters = 0

    def close(self):
        self.house.kill()
        self.smarthost.stop()
        if os.path.ismount(self.house.spool):
            run("umount", "-l", self.house.spool)

    def letter(self, lines=40):
        self.letters += 1
        return Letter(f"scene{self.letters}x", lines)

    def start(self):
        expect(self.house.start(), "the daemon comes up")

    def has_arrived(self, letter):
        arrivals = self.smarthost.arrivals(letter)
        return (any(not a.bounce for a in arrivals)
                and all(a.whole for a in arrivals))

    def expect_arrival(self, letter, what="what was accepted arrives whole"):
        expect(wait_until(lambda: self.has_arrived(letter), DELIVERY_LIMIT),
               what)

    def expect_delivery(self, what="mail goes through"):
        """A letter is accepted and arrives."""
        letter = self.letter()
        status, said, _ = self.house.submit(letter)
        expect(status == 0, f"{what}: accepted ({status} {said.strip()})")
        self.expect_arrival(letter, what)

    def expect_refusal(self, what, within=1.0):
        """A letter is put off within a second, with a word why."""
        letter = self.letter()
        status, said, seconds = self.house.submit(letter)
        expect(status == os.EX_TEMPFAIL, f"{what}: put off, not {status}")
        expect(said.strip().count("\n") == 0 and said.strip(),
               f"{what}: one line says why, not {said!r}")
        expect(seconds < within, f"{what}: at once, not in {seconds:.1f} s")
        return letter

    def expect_empty(self):
        """All is delivered, the bounces too, and no file is left."""
        expect(wait_until(lambda: not self.house.files(), DELIVERY_LIMIT),
               f"nothing is left: {self.house.files()}")

    def log(self):
        return (self.folder / "house/log").read_text(errors="replace")


def expect(truth, sentence):
    if not truth:
        raise AssertionError(sentence)


def skip(why):
    print(f"{Path(sys.argv[0]).name}: not tried: {why}")
    sys.exit(77)


def need_root():
    if os.getuid() != 0:
        skip("needs root")


def enter_own_mounts():
    """What is mounted from here on, nobody else sees; gone at the end."""
    need_root()
    if "OWN_MOUNTS" not in os.environ:
        os.environ["OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable] + sys.argv)


def run(*words):
    subprocess.run([str(word) for word in words], check=True)


@contextmanager
def scene():
    folder = Path(tempfile.mkdtemp(prefix="navette-scene-"))
    folder.chmod(0o755)
    at = None
    try:
        at = Scene(folder, os.environ.get("B", "build"))
        yield at
    except AssertionError as broken:
        print(f"{Path(sys.argv[0]).name}: expected: {broken}")
        if at is not None:
            print(at.log()[-3000:])
        sys.exit(1)
    finally:
        if at is not None:
            at.close()
        shutil.rmtree(folder, ignore_errors=True)
