"""What an ordinary message waits for while a list is running, and how fast a
list goes: TLS, a login, 20 ms round trip."""
import statistics
import subprocess
import time

import scene
from table import heading, row

LATE = ("--rtt", "20ms")
READERS = 10000

WAYS = (
    ("CHUNKING, 1 connection", ("connections = 1",), ()),
    ("CHUNKING, default settings", (), ()),
    ("PIPELINING, 1 connection", ("connections = 1",),
     ("--without", "CHUNKING")),
    ("PIPELINING, default settings", (), ("--without", "CHUNKING")),
    ("neither, 2 connections", ("connections = 2",),
     ("--without", "CHUNKING,PIPELINING")),
)


def table(build, count):
    heading("An ordinary message from the call of sendmail to the smarthost's "
            f"store, behind {READERS} and alone; 20 ms round trip, median ms")
    for name, lines, sink in WAYS:
        behind_list(build, count, name, lines, LATE + sink)
        behind_messages(build, count, name, lines, LATE + sink)
    for individual in (False, True):
        one_list(build, individual)


def tell(name, late, alone):
    late, alone = statistics.median(late), statistics.median(alone)
    row(f"behind {name}", f"{late:.1f}", f"{alone:.1f}",
        f"{late / alone:.2f}", "latency")


def behind_list(build, count, name, lines, sink):
    with scene.Scene(build) as s:
        s.smarthost(*sink)
        # So small that it lasts.
        s.configure(s.tls_port, True,
                    (*lines, "recipients-per-transaction = 1"))
        s.navetted()
        alone = measured(s, count)
        s.submit_to([f"r{i}@example.net" for i in range(READERS)])
        s.wait_for(lambda: s.stats()["recipients"] > 40)
        late = measured(s, count)
        assert s.stats()["recipients"] < READERS, "the list was over too soon"
        tell(f"one list, {name}", late, alone)


def behind_messages(build, count, name, lines, sink):
    """More of one sender than burst says are bulk mail, too."""
    with scene.Scene(build) as s:
        s.smarthost(*sink)
        s.smarthost_stop()
        s.configure(s.tls_port, True, lines)
        s.fill(READERS, 2048, each=READERS)
        s.smarthost(*sink)
        s.navetted()
        s.wait_for(lambda: s.stats()["messages"] > 200)
        late = measured(s, count)
        assert s.stats()["messages"] < READERS, "they were out too soon"
    with scene.Scene(build) as s:
        s.smarthost(*sink)
        s.configure(s.tls_port, True, lines)
        s.navetted()
        tell(f"as many messages, {name}", late, measured(s, count))


def measured(s, count):
    """Milliseconds, of single messages that come now and then."""
    began = {}
    for i in range(count + 1):
        name = f"late-{time.monotonic_ns()}"
        began[name] = time.monotonic()
        subprocess.run([s.program("sendmail"), "-f", "one@web1.example.org",
                        "friend@example.net"], check=True, env=s.env,
                       input=f"X-Bench-Id: {name}\n".encode() +
                       scene.letter(2048), timeout=60)
        # No beat that the list's transactions could fall in with.
        time.sleep(0.1 + i % 7 * 0.013)
    s.wait_for(lambda: len(stored(s, began)) == len(began))
    ends = stored(s, began)
    # The first one finds no connection.
    return [(ends[name] - began[name]) * 1000 for name in began][1:]


def stored(s, names):
    # Asked for its counters, the smarthost writes out what it knows.
    s.stats()
    with open(s.path("transcript"), encoding="utf-8") as f:
        lines = [text.split(" ", 4) for text in f]
    return {part[3]: int(part[2]) / 1e6 for part in lines
            if part[0] == "M" and part[3] in names}


def one_list(build, individual):
    with scene.Scene(build) as s:
        s.smarthost(*LATE)
        s.configure(s.tls_port, True, ("recipients-per-transaction = 50",))
        if individual:
            with open(s.path("conf"), "a", encoding="ascii") as f:
                f.write("bulk {\nindividual = true\n}\n")
        s.navetted()
        s.submit_to([f"r{i}@example.net" for i in range(READERS)])
        s.flush(1)
        seen = s.stats()
        took = seen["last_message"] - seen["first_connection"]
        row(f"one list of {READERS}, "
            + ("a transaction each" if individual else "50 a transaction")
            + ": recipients/s (s, connections)",
            f"{seen['recipients'] / took:.0f} ({took:.2f}, "
            f"{seen['connections']})")
