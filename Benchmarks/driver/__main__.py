"""Measures workloads in turn with their yardsticks and prints a table.

usage: driver PROGRAM YARDSTICKS GROUPS ROUNDS
  PROGRAM     the built aemp-bench
  YARDSTICKS  the directory of the built yardsticks, or "-"
  GROUPS      groups of workloads with commas, or "all" (but "counts", which is slow)
  ROUNDS      how often each is run
"""

import os
import random
import secrets
import subprocess
import sys
import tempfile

from processes import Failure
from table import print_table
from workloads import all_workloads


def measure(workloads, rounds, with_yardsticks):
    """Runs everything `rounds` times in shuffled order, so that noise hits both sides alike."""
    results = {id(workload): ([], []) for workload in workloads}
    for turn in range(rounds):
        runs = []
        for workload in workloads:
            pair = [(workload.ours, results[id(workload)][0], workload)]
            if workload.yardstick and (with_yardsticks or workload.is_builtin):
                pair.append((workload.yardstick, results[id(workload)][1], workload))
            random.shuffle(pair)
            runs.append(pair)
        random.shuffle(runs)
        print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
        for program, into, workload in (run for pair in runs for run in pair):
            try:
                into.append(program())
            except Failure as failure:
                print(f"{workload.figures[0].name}: {failure}", file=sys.stderr, flush=True)
    return results


def make_certificate(file):
    """Writes a key and its certificate, as "aemp gencert" makes them."""
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=bench", "-days", "2", "-keyout", "-", "-out", "-"],
        check=True, capture_output=True)
    file.write(made.stdout)
    file.flush()


def main():
    program, yardsticks, groups, rounds = sys.argv[1:5]
    os.environ["AEMP_BENCH_SECRET"] = secrets.token_hex(32)
    workloads = all_workloads(program, yardsticks)
    known = list(dict.fromkeys(workload.group for workload in workloads))
    wanted = [group for group in known if group != "counts"]
    if groups != "all":
        wanted = groups.split(",")
    for group in wanted:
        if group not in known:
            sys.exit(f"bench: there is no group {group}; the groups are {', '.join(known)}.")
    workloads = [workload for workload in workloads if workload.group in wanted]
    with tempfile.NamedTemporaryFile(suffix=".pem") as certificate:
        if "tls" in wanted or "memory" in wanted:
            make_certificate(certificate)
            os.environ["AEMP_BENCH_CERT"] = certificate.name
        results = measure(workloads, int(rounds), yardsticks != "-")
    print_table(workloads, results)
    if any(not ours for ours, _ in results.values()):
        sys.exit(1)


main()
