"""Other relays on the same machine, measured by a harness that stands beside
them in a folder of its own and that is no part of this repository:

    DIR/chroots/NAME    one a relay, unpacked
    DIR/bench.py TEST[,TEST...] NAME[,NAME...] mode=plain|smtps n=N rtt=MS
                 out=FILE

appends to FILE a line of JSON for each result, with test, peer, and by test
  enqueue   p50_ms (of one caller, then of eight), rate; peer "limit" beside it
  drain     rate, turns_per_msg, conns, auths, cpu_per_1000, peak_pss_mb
  idle      procs, pss_mb
"""
import json
import os
import subprocess
import tempfile

# For all relays together, seconds a test.
PATIENCE = 900


def found(folder):
    chroots = os.path.join(folder, "chroots")
    if not os.path.isdir(chroots):
        return []
    return sorted(n for n in os.listdir(chroots) if n != "base" and
                  os.path.isdir(os.path.join(chroots, n)))


def measure(folder, tests, names, **settings):
    """What the harness says, as a list of its results."""
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as out:
        words = [f"{k}={v}" for k, v in settings.items()]
        subprocess.run(["python3", os.path.join(folder, "bench.py"), tests,
                        ",".join(names), *words, f"out={out.name}"],
                       check=True, timeout=PATIENCE,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return [json.loads(text) for text in out]


def of(results, test, peer):
    return [r for r in results if r["test"] == test and r["peer"] == peer and
            "error" not in r]


def accepting(results, name):
    """Median ms of one caller and of eight, each with what the limit beside it
    took."""
    limit = [r for r in results if r["test"] == "enqueue" and
             r["peer"] == "limit" and r.get("beside") == name]
    own = of(results, "enqueue", name)
    return [(o["p50_ms"], b["p50_ms"]) for o, b in zip(own, limit)]


def table(folder, count):
    names = found(folder)
    print("\n### Other relays, the same minute\n\n| | accept, ms, 1 / 8 "
          "callers (times the limit) | TLS + login: messages/s | turns a "
          "message | connections, logins | CPU s/1000 | 20 ms: messages/s | "
          "memory MB | idle: processes, MB |\n" + "|---" * 9 + "|")
    for name in names:
        here = measure(folder, "enqueue,drain,idle", [name], mode="smtps",
                       n=count)
        late = measure(folder, "drain", [name], mode="smtps",
                       n=max(count // 10, 40), rtt=20)
        print(line(name, here, late), flush=True)


def line(name, here, late):
    accept = accepting(here, name)
    cells = [name, " / ".join(f"{o:.1f} ({o / b:.1f})" for o, b in accept)]
    drained = of(here, "drain", name)
    if drained:
        d = drained[-1]
        cells += [f"{d['rate']:.0f}", d["turns_per_msg"],
                  f"{d['conns']}, {d['auths']}", d["cpu_per_1000"]]
    else:
        cells += ["-"] * 4
    slow = of(late, "drain", name)
    cells.append(f"{slow[-1]['rate']:.1f}" if slow else "-")
    cells.append(drained[-1]["peak_pss_mb"] if drained else "-")
    idle = of(here, "idle", name)
    cells.append(f"{idle[-1]['procs']}, {idle[-1]['pss_mb']}" if idle
                 else "-")
    return "| " + " | ".join(str(c) for c in cells) + " |"
