"""Measures the toolkit in turn with Perl's AnyEvent on EV, asyncio on uvloop, and libuv alone; prints medians.

usage: measure.py OURS C LOAD FOLDER ROUNDS
  OURS    the built toolkit-bench
  C       toolkit.c and
  LOAD    load.c, compiled
  FOLDER  where toolkit.pl and toolkit.py are
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "driver"))

from processes import Failure, free_port, next_line, start, stop

TIMERS = 1_000_000
CONNECTIONS = 10_000
LINES = 10
REQUESTS = 5_000

AIMS = {"Perl": 5, "uvloop": 1, "C": 0.6}


def seconds(command, environment=None):
    """What a program that prints its time has printed."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=120,
        env=dict(os.environ, **(environment or {})))
    if done.returncode != 0:
        raise Failure(f"{command[0]}: {done.stderr.strip()}")
    return float(done.stdout.split()[-1])


def resident(pid):
    """The resident bytes of a process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def processor(pid):
    """The seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def echo(program, load):
    """Lines a second, lines a second of the server's processor time, and bytes an idle connection."""
    server = start(program + ["echo"])
    client = None
    try:
        port = next_line(server, "port ").split()[1]
        before = resident(server.pid)
        client = start([load, port, CONNECTIONS, LINES])
        next_line(client, "connected")
        size = (resident(server.pid) - before) / CONNECTIONS
        used = processor(server.pid)
        client.stdin.write("\n")
        client.stdin.flush()
        out, _ = client.communicate(timeout=120)
        total = CONNECTIONS * LINES
        return total / float(out), total / (processor(server.pid) - used), size
    finally:
        stop([one for one in (client, server) if one])


class Nginx:
    """A web server that answers with a small page."""

    def __init__(self, folder):
        self.port = free_port()
        with open(os.path.join(folder, "page"), "w", encoding="ascii") as page:
            page.write("x" * 100)
        with open(os.path.join(folder, "nginx.conf"), "w", encoding="ascii") as conf:
            conf.write(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;
events {{}}
http {{ access_log off; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}
""")
        self.process = subprocess.Popen(
            ["nginx", "-e", "stderr", "-c", f"{folder}/nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}/page"

    def stop(self):
        self.process.terminate()
        self.process.wait()


def main():
    ours, c, load, folder, rounds = sys.argv[1:6]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    programs = {
        "ours": [ours], "C": [c], "uvloop": ["/usr/bin/python3", f"{folder}/toolkit.py"],
        "Perl": ["perl", f"{folder}/toolkit.pl"]}
    rows = ["timers/s", "lines/s", "lines/s of its processor", "bytes an idle connection", "requests/s"]
    found = {row: {name: [] for name in programs} for row in rows}
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        nginx = Nginx(work)
        try:
            for turn in range(int(rounds)):
                print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
                names = list(programs)
                random.shuffle(names)
                for name in names:
                    one = programs[name]
                    try:
                        found["timers/s"][name].append(TIMERS / seconds(one + ["timers", TIMERS]))
                        for row, value in zip(rows[1:4], echo(one, load)):
                            found[row][name].append(value)
                        found["requests/s"][name].append(
                            REQUESTS / seconds(one + ["http", nginx.url, REQUESTS]))
                    except (Failure, OSError, subprocess.SubprocessError) as failure:
                        print(f"{name}: {failure}", file=sys.stderr, flush=True)
        finally:
            nginx.stop()
    print()
    print("{:26} {:>9} {:>9} {:>9} {:>9}   {}".format("", *programs, "ours by each (aim)"))
    for row in rows:
        medians = {name: statistics.median(values) for name, values in found[row].items() if values}
        line = "{:26}".format(row) + "".join(f" {medians.get(name, float('nan')):9.0f}" for name in programs)
        if row.startswith("bytes"):
            print(f"{line}   aim: at most 2048")
        elif "ours" in medians:
            ratios = [
                f"{name} {medians['ours'] / medians[name]:.2f} (≥ {aim})"
                for name, aim in AIMS.items() if name in medians]
            print(f"{line}   {', '.join(ratios)}")


main()
