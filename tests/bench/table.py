"""The tables of the benchmark, in Markdown, as the figures come in; and at the
end those that something was to be reached for, once more, for the README."""
import datetime
import os
import statistics

# What the best of the peers does, and what was to be reached: measured in
# November 2026 with another harness, on the same kind of machine.
TO_REACH = {
    "enqueue 1": "1.6 (2.0)",
    "enqueue 8": "1.6 (2.2)",
    "fsyncs accepted": "2 (2)",
    "execs accepted": "1 (1)",
    "turns one": "1.05 (2.0)",
    "turns 8": "0.3 (none)",
    "turns 32": "0.1 (none)",
    "delay one": "0.95 of the limit (0.40)",
    "delay 8": "7 (none)",
    "delay 32": "25 (none)",
    "delay default": "170/s (220/s on 20 connections)",
    "tls drain": "5000/s (1430/s)",
    "cpu": "0.2 (0.84)",
    "logins": "1 a connection (4)",
    "20 MB": "330 MB/s (319)",
    "20 MB memory": "12 MB (71)",
    "1000 recipients": "0.25 s (0.56)",
    "latency": "1.5 (none)",
    "idle": "4 MB (2.7)",
    "dead cpu": "0",
    "dead memory": "32 MB (71 for 20,000)",
}

HEAD = ("| | navette | limit | ratio | to reach (best peer) |\n"
        "|---|---|---|---|---|")
KEPT = []
FAILED = []


def line(cells):
    return "| " + " | ".join(str(c) for c in cells) + " |"


def row(what, navette, limit="", ratio="", reach=""):
    cells = (what, navette, limit, ratio, TO_REACH.get(reach, reach))
    if reach:
        KEPT.append(cells)
    print(line(cells), flush=True)


def heading(text):
    print(f"\n### {text}\n\n{HEAD}", flush=True)


def failed(scenario, why):
    FAILED.append(scenario)
    print(f"\n**{scenario}: {why}**", flush=True)


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as f:
        model = [text.split(":")[1].strip() for text in f
                 if text.startswith("model name")]
    return (f"{datetime.date.today()}, {os.uname().sysname} "
            f"{os.uname().release}, {os.cpu_count()} cores "
            f"({model[0] if model else 'unknown'}), load "
            f"{os.getloadavg()[0]:.1f}")


def summary():
    if not KEPT:
        return
    print(f"\n## For the README\n\n{machine()}\n\n{HEAD}")
    for cells in KEPT:
        print(line(cells))


def median(values):
    return statistics.median(values)
