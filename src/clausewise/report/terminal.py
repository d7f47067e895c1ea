"""Stub."""


class Progress:
    def __init__(self, console, total):
        pass

    def advance(self, name, verdict):
        pass

    def close(self):
        pass


def conclusion(results, folder):
    out = [results["outcome"]["sentence"], *results["outcome"]["reasons"]]
    for f in results["findings"][:30]:
        out.append(
            f"{f['colour']} {f['clause']} [{f['test']}] x{f['times']}\n    expected {f['expected']}\n    actual {f['actual']}\n    where {f['where']} {f['exchange']}\n  {f['curl'][:300]}"
        )
    for c in results["clauses"]:
        if c["verdict"] in ("untestable", "error"):
            out.append(f"{c['verdict']} {c['id']}: {c['reason'][:200]}")
    return "\n".join(out)
