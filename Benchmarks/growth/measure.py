"""Prints what grows with the number of nodes, ports and keys, and how.

usage: measure.py PROGRAM
  PROGRAM  the built growth-bench
"""

import json
import subprocess
import sys

NODES = (10, 100, 1000)
PORTS = (1_000, 10_000, 100_000, 1_000_000)
# The standard max_database ends at 199,714 of these keys.
KEYS = (1_000, 10_000, 100_000)
TABLES = (
    ("nodes", NODES, (
        ("a newcomer knows everybody (virtual s, aim 2)", "knows_all"),
        ("everybody knows the newcomer (virtual s)", "is_known"),
        ("bytes on the network for that", "bytes"),
        ("  that arrive at the newcomer", "own_bytes"),
        ("writes on the network for that", "arrivals"),
        ("an idle node: processor (% of a core, aim 1)", "idle_percent"),
        ("  bytes a second", "idle_bytes"),
        ("  writes a second", "idle_arrivals"))),
    ("ports", PORTS, (
        ("a port is made (ns)", "make"),
        ("  its bytes", "bytes"),
        ("a message to each (ns)", "send"),
        ("the same, found by its text (ns)", "find"),
        ("each is monitored (ns)", "monitor"),
        ("each is killed (ns)", "kill"))),
    ("keys", KEYS, (
        ("a key is set and has arrived (ns)", "set"),
        ("a newcomer gets it (ns)", "join"),
        ("  and all of them (virtual s)", "join_seconds"),
        ("  its bytes on the network", "join_bytes"),
        ("  its bytes of memory there", "memory"),
        ("a key is changed (ns)", "change"))),
)


def run(program, what, count):
    """One measurement; nothing where it failed."""
    done = subprocess.run([program, what, str(count)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{what} {count}: {done.stderr.strip()[-300:]}", file=sys.stderr, flush=True)
        return {}
    found = json.loads(done.stdout.splitlines()[-1])
    if "idle_cpu" in found:
        found["idle_percent"] = found["idle_cpu"] * 100
    return found


def number(value):
    """At most four digits that matter."""
    return "–" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def main():
    program = sys.argv[1]
    for what, counts, rows in TABLES:
        print("\n{:48}".format(what) + "".join(f"{count:>12,}" for count in counts), flush=True)
        results = [run(program, what, count) for count in counts]
        for name, key in rows:
            print("{:48}".format(name) + "".join(f"{number(result.get(key)):>12}" for result in results))


main()
