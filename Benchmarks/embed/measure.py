"""Measures the C library in turn with the Swift one and prints medians.

usage: measure.py AEMP_BENCH EMBED SERVER PEER ROUNDS
  AEMP_BENCH  the built aemp-bench
  EMBED       embed.c, compiled with an installed library
  SERVER      Tests/Hosts/server.c and
  PEER        peer.c, in the same way
"""

import os
import random
import re
import secrets
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "driver"))

from processes import Failure, free_port, run, run_pair

COUNT = 2_000_000


def pair(receiver, sender):
    """Messages a second from one program to another."""
    address = f"127.0.0.1:{free_port()}"
    swift = {"recv": ["32", "cbor"], "send": ["32", "cbor"]}
    receiving = [receiver, "recv", address, COUNT] + (swift["recv"] if "aemp-bench" in receiver else [])
    return run_pair(
        receiving,
        lambda port: [[sender, "send", address, port, COUNT]
                      + (swift["send"] if "aemp-bench" in sender else [])],
        "server")["recv"][0]["rate"]


def lateness(server, peer):
    """Of the host's 1 ms timer: with messages, by alone."""
    said = subprocess.run([server, peer], capture_output=True, text=True, timeout=120, check=True).stdout
    alone, busy, rate = map(float, re.findall(r"([0-9.]+) ms alone, ([0-9.]+) ms with (\d+)", said)[0])
    return alone, busy, rate


def main():
    bench, embed, server, peer, rounds = sys.argv[1:6]
    os.environ["AEMP_BENCH_SECRET"] = secrets.token_hex(32)
    late = []
    works = {
        "remote, Swift to Swift": lambda: pair(bench, bench),
        "remote, C to Swift": lambda: pair(bench, embed),
        "remote, Swift to C": lambda: pair(embed, bench),
        "local, Swift, called directly": lambda: run([bench, "oneway", 10_000_000])["rate"],
        "local, C, from the loop": lambda: run([embed, "oneway", 5_000_000])["rate"],
        "a life without a seed, us": lambda: run([embed, "life", 2000])["us"],
        "resident, MiB": lambda: run([embed, "size"])["bytes"] / (1 << 20),
        "late": lambda: late.append(lateness(server, peer)),
    }
    found = {name: [] for name in works}
    for turn in range(int(rounds)):
        print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
        names = list(works)
        random.shuffle(names)
        for name in names:
            try:
                found[name].append(works[name]())
            except (Failure, subprocess.SubprocessError) as failure:
                print(f"{name}: {failure}", file=sys.stderr, flush=True)
    medians = {
        name: statistics.median(values) for name, values in found.items()
        if values and None not in values}
    for name, value in medians.items():
        print(f"{name:32} {value:14,.1f}")

    def ratio(name, above, below, aim):
        if above in medians and below in medians:
            print(f"{name:32} {medians[above] / medians[below]:14.2f}   (aim: {aim} or more)")

    ratio("sending in C / in Swift", "remote, C to Swift", "remote, Swift to Swift", 0.8)
    ratio("receiving in C / in Swift", "remote, Swift to C", "remote, Swift to Swift", 0.7)
    ratio("local in C / in Swift", "local, C, from the loop", "local, Swift, called directly", 0.35)
    if late:
        alone, busy, rate = (statistics.median(values) for values in zip(*late))
        print(
            f"lateness of a 1 ms timer, 99th percentile: {alone:.2f} ms alone, {busy:.2f} ms with"
            f" {rate:,.0f} messages/s: {busy / max(alone, 0.01):.1f} times   (aim: 2 or less)")


main()
