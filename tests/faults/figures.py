"""What is told in the end: one line for each role, way and fault."""


class Figures:
    COLUMNS = ("cases", "struck", "accepted", "in doubt", "twice",
               "went on", "longest", "wrong")

    def __init__(self):
        self.rows = {}

    def add(self, run, promised, wrong):
        row = self.rows.setdefault((run.role, run.way, run.fault),
                                   dict.fromkeys(self.COLUMNS, 0))
        row["cases"] += 1
        row["struck"] += run.struck is not None
        row["accepted"] += promised == "yes"
        row["in doubt"] += promised == "doubt"
        row["twice"] += (len(run.letters()) > 1) + (len(run.bounces()) > 1)
        row["went on"] += run.went_on
        row["longest"] = max(row["longest"], round(run.took, 1))
        row["wrong"] += bool(wrong)

    def total(self, column):
        return sum(row[column] for row in self.rows.values())

    def __str__(self):
        lines = [f"{'role':9} {'way':7} {'fault':11}"
                 + "".join(f"{name:>9}" for name in self.COLUMNS)]
        for (role, way, fault), row in sorted(self.rows.items()):
            lines.append(f"{role:9} {way:7} {fault:11}" + "".join(
                f"{row[name]:>9}" for name in self.COLUMNS))
        return "\n".join(lines)
