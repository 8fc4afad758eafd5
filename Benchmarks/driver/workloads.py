"""What is measured: for each workload our program, its yardstick and the figures that come out."""

import atexit
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import Callable, List, Optional

from processes import free_port, run, run_errors, run_net, run_pair

SMALL = 3_000_000
ROUND_TRIPS = 20_000
HANDSHAKES = 500
REFUSALS = 100_000
MONITORED = 100_000
SLAVES = 3
KEYS = 33_334 * SLAVES
LINKS = 1_000


@dataclass
class Figure:
    """One line of the table. The aim is a ratio to the yardstick, or a value if `absolute`."""

    name: str
    key: str
    unit: str
    aim: Optional[float] = None
    more_is_better: bool = True
    absolute: bool = False


@dataclass
class Workload:
    """Two programs that do the same work and return their figures by key."""

    group: str
    ours: Callable[[], dict]
    yardstick_name: str = ""
    yardstick: Optional[Callable[[], dict]] = None
    figures: List[Figure] = field(default_factory=list)
    # Whether the yardstick is a part of our program, and so always there.
    is_builtin: bool = False


class Programs:
    """How our program and the yardsticks are called."""

    def __init__(self, bench, yardsticks):
        self.bench = bench
        self.yardsticks = yardsticks
        self.stripped = None

    def countable(self):
        """The program without what debuggers need, which older versions of valgrind cannot read."""
        if not self.stripped:
            folder = tempfile.TemporaryDirectory()
            atexit.register(folder.cleanup)
            program = os.path.join(folder.name, "aemp-bench")
            subprocess.run(["strip", "-g", "-o", program, self.bench], check=True)
            self.stripped = program
        return self.stripped

    def erlang(self, *arguments):
        """Erlang processes in one virtual machine."""
        return run(
            ["erl", "-noinput", "+P", "2000000", "-pa", self.yardsticks, "-run", "bench", "main",
             *arguments],
            environment={"HOME": self.yardsticks, "ERL_CRASH_DUMP": "/dev/null"})

    def yardstick(self, name):
        return os.path.join(self.yardsticks, name)

    # One way

    def one_way(self, count, size, framing, senders=1):
        address = f"127.0.0.1:{free_port()}"
        return self.rates(run_pair(
            [self.bench, "recv", address, count * senders, size, framing],
            lambda port: [[self.bench, "send", address, port, count, size, framing]] * senders,
            "server", start_in=1.5 if senders > 1 else 0))

    def zmq_one_way(self, count, size, senders=1):
        address = f"tcp://127.0.0.1:{free_port()}"
        zmq = self.yardstick("zmqb")
        return self.rates(run_pair(
            [zmq, "pull", address, count * senders, size],
            lambda: [[zmq, "push", address, count, size]] * senders,
            "server", start_in=1.5 if senders > 1 else 0))

    @staticmethod
    def rates(found):
        receiver = found["recv"][0]
        senders = [sender["cpu"] for sender in found.get("send", [])]
        cpu = receiver["cpu"] + sum(senders)
        size = receiver["mbs"] / receiver["rate"]
        return {
            "rate": receiver["rate"], "mbs": receiver["mbs"], "hwm_kb": receiver["hwm_kb"],
            "cpu_ns": cpu / receiver["n"] * 1e9,
            # What the busier side would reach with a core of its own.
            "cpu_mbs": receiver["n"] * size / max([receiver["cpu"]] + senders),
        }

    def sealed(self, measure, method="chacha20poly1305_x25519"):
        """The same measurement on encrypted connections."""
        return self.authenticated(method, measure)

    def tls(self, measure):
        """The same measurement with TLS."""
        return self.authenticated("tls_sha3_512", measure)

    @staticmethod
    def authenticated(method, measure):
        """The same measurement on connections with this method of authentication."""
        os.environ["AEMP_BENCH_AUTH"] = method
        try:
            return measure()
        finally:
            del os.environ["AEMP_BENCH_AUTH"]

    # OpenSSL on a blocking socket

    def tls_one_way(self, count, size):
        port = free_port()
        return self.rates(run_pair(
            [self.bench, "tlsrecv", port, count, size],
            lambda port: [[self.bench, "tlssend", port, count, size]], "server"))

    def tls_round_trips(self, cores):
        port = free_port()
        return run_pair(
            [self.bench, "tlsecho", port],
            lambda port: [[self.bench, "tlsping", port, ROUND_TRIPS]], "clients", cores)["client"][0]

    # Round trips

    def round_trips(self, cores):
        address = f"127.0.0.1:{free_port()}"
        return run_pair(
            [self.bench, "echo", address],
            lambda port: [[self.bench, "ping", address, port, ROUND_TRIPS]],
            "clients", cores)["client"][0]

    def uv_round_trips(self, cores):
        port = free_port()
        uv = self.yardstick("uvb")
        return run_pair(
            [uv, "echo", port, ROUND_TRIPS, 32],
            lambda: [[uv, "ping", port, ROUND_TRIPS, 32]], "clients", cores)["client"][0]

    # Connections

    def handshakes(self):
        address = f"127.0.0.1:{free_port()}"
        found = run_pair(
            [self.bench, "serve", address],
            lambda port: [[self.bench, "connect", address, port, HANDSHAKES]], "clients")
        client, server = found["client"][0], found["server"][0]
        return {
            "rate": client["rate"],
            "cpu_ms": (client["cpu"] + server["cpu"] - client["node_cpu"]) / client["n"] * 1e3,
            "node_cpu_ms": client["node_cpu"] / client["n"] * 1e3,
        }

    def uv_handshakes(self):
        port = free_port()
        uv = self.yardstick("uvb")
        found = run_pair(
            [uv, "churnsrv", port, 1], lambda: [[uv, "churn", port, 8000, 32]], "clients")
        return {"rate": found["client"][0]["rate"]}

    # Supervision and the global database

    def reasons(self):
        address = f"127.0.0.1:{free_port()}"
        return run_pair(
            [self.bench, "watched", address, MONITORED],
            lambda port: [[self.bench, "watch", address, port, MONITORED]],
            "clients")["client"][0]

    def database(self):
        address, joining = (f"127.0.0.1:{free_port()}" for _ in range(2))
        return run_net(
            [self.bench, "dbserve", address, SLAVES],
            [[self.bench, "dbfill", address, KEYS // SLAVES]] * SLAVES,
            [self.bench, "dbjoin", joining, address, KEYS, SLAVES])

    # Counted, not timed: these figures do not depend on what else the machine does

    def instructions(self, workload):
        """Instructions of one local message, or of one there and one back.

        It takes two runs, so that starting the program cancels out.
        """
        counts = [self.counted(workload, messages) for messages in (50_000, 150_000)]
        # The program sends a tenth more before it measures.
        return {"count": (counts[1] - counts[0]) / 110_000}

    def instructions_of_set(self):
        """Instructions of setting one key of the database, beside one other key and beside many."""
        few, many = (
            (self.counted("dbset", keys, 6000) - self.counted("dbset", keys, 1000)) / 5000
            for keys in (1, KEYS))
        return {"few": few, "ratio": many / few}

    def counted(self, *workload):
        """The instructions of one run."""
        with tempfile.NamedTemporaryFile() as out:
            errors = run_errors(
                ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}",
                 self.countable(), *workload],
                # Tables seeded by chance differ by more than what is counted.
                {"SWIFT_DETERMINISTIC_HASHING": "1"})
        return int(re.search(r"Collected : (\d+)", errors).group(1))

    def instructions_of_remote(self, size, framing, borrows=False):
        """Instructions of one remote message of so many bytes, by the side that runs them.

        With `borrows` only of receiving one, without making a string.
        """
        # So many that what the two runs do besides, such as asking whether they are connected, is less than one
        # instruction a message.
        few, many = 20_000, 220_000

        def commands(bench, count):
            address = f"127.0.0.1:{free_port()}"
            return (
                [bench, "borrow" if borrows else "recv", address, count, size, framing],
                lambda port: [bench, "send", address, port, count, size, framing])

        sides = ("recv",) if borrows else ("recv", "send")
        return self.counted_pair(commands, sides, "server", few, many)

    def instructions_of_deaths(self):
        """Instructions of one of many monitored ports that die at once, by the side that runs them.

        All but the deaths is done once more, so that it cancels out.
        """
        def commands(bench, kills):
            address = f"127.0.0.1:{free_port()}"
            return (
                [bench, "watched", address, MONITORED],
                lambda port: [bench, "watch" if kills else "watchalive", address, port, MONITORED])

        found = self.counted_pair(commands, ("watched", "watch"), "clients", 0, 1)
        return {side: count / MONITORED for side, count in found.items()}

    def instructions_of_handshake(self):
        """The server's share of connecting, authenticating and closing."""

        def commands(bench, count):
            address = f"127.0.0.1:{free_port()}"
            return (
                [bench, "serve", address], lambda port: [bench, "connect", address, port, count])

        return self.counted_pair(commands, ("serve",), "clients", 100, 300)

    def counted_pair(self, commands, sides, decides, few, many):
        """What a step costs each of two processes: two runs each, so that starting them cancels out."""
        figures = {}
        for side in sides:
            counts = []
            for count in (few, many):
                server, client = commands(self.countable(), count)
                with tempfile.NamedTemporaryFile() as log:
                    traced = [
                        # Tables seeded by chance differ by more than what is counted.
                        "env", "SWIFT_DETERMINISTIC_HASHING=1", "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                        f"--log-file={log.name}"]
                    run_pair(
                        (traced if side == sides[0] else []) + server,
                        lambda port: [(traced if side == sides[-1] and side != sides[0] else []) + client(port)],
                        decides)
                    with open(log.name, encoding="ascii") as file:
                        counts.append(int(re.search(r"Collected : (\d+)", file.read()).group(1)))
            figures[side] = (counts[1] - counts[0]) / (many - few)
        return figures

    def system_calls(self):
        """System calls of one small remote message, by the side that makes them."""
        address = f"127.0.0.1:{free_port()}"
        count = 1_000_000
        with tempfile.TemporaryDirectory() as work:
            traced = [["strace", "-f", "-c", "-o", f"{work}/{side}"] for side in ("recv", "send")]
            run_pair(
                traced[0] + [self.bench, "recv", address, count, 32, "cbor"],
                lambda port: [
                    traced[1] + [self.bench, "send", address, port, count, 32, "cbor"]],
                "server")
            calls = {}
            for side in ("recv", "send"):
                with open(f"{work}/{side}", encoding="ascii") as file:
                    total = [line.split() for line in file if line.rstrip().endswith(" total")][0]
                calls[side] = int(total[3]) / count
        return calls

    def idle_links(self):
        address = f"127.0.0.1:{free_port()}"
        return run_pair(
            [self.bench, "linked", address, LINKS],
            lambda port: [[self.bench, "link", address, port, LINKS]], "server")["server"][0]

    def idle_node(self):
        address = f"127.0.0.1:{free_port()}"
        found = run_pair([self.bench, "idlenode", address], lambda port: [], "server")
        return {"mb": found["one"][0]["rss_kb"] / 1024}


def count_of(name, key, aim):
    """A number of instructions; `aim` is the most that there should be."""
    return Figure(name, key, "", aim, False, True)


def all_workloads(bench, yardsticks):
    """The workloads in the order of the table."""
    use = Programs(bench, yardsticks)
    work = [
        Workload(
            "local", lambda: run([bench, "oneway", 20_000_000]), "Erlang",
            lambda: use.erlang("l1", 3_000_000),
            [Figure("local one-way, typed receiver", "rate", "msg/s", 2)]),
        Workload(
            "local", lambda: run([bench, "pingpong", 3_000_000]), "Erlang",
            lambda: use.erlang("l2", 500_000), [Figure("local ping-pong", "rate", "trips/s", 3)]),
        Workload(
            "ports", lambda: run([bench, "churn", 1_000_000]), "Erlang",
            lambda: {"rate": use.erlang("l3", 100_000)["batch_spawn_exit"]},
            [Figure("ports made and killed", "rate", "ports/s")]),
        Workload(
            "ports", lambda: run([bench, "idleports", 1_000_000]), "Erlang",
            lambda: use.erlang("l3m", 200_000, "plain"),
            [Figure("idle port with a receiver", "rss_per", "bytes", 250, False, True)]),
    ]
    for framing, aim in (("cbor", 1), ("json", 0.6)):
        work.append(Workload(
            "remote", lambda framing=framing: use.one_way(SMALL, 32, framing), "ZeroMQ",
            lambda: use.zmq_one_way(SMALL, 32),
            [Figure(f"remote one-way, small, {framing}", "rate", "msg/s", aim),
             Figure("  CPU of both sides", "cpu_ns", "ns/msg", None, False)]))
    for framing, aim in (("cbor", 1), ("json", None)):
        work.append(Workload(
            "large", lambda framing=framing: use.one_way(300_000, 1024, framing), "ZeroMQ",
            lambda: use.zmq_one_way(300_000, 1024),
            [Figure(f"remote one-way, 1 KiB, {framing}", "rate", "msg/s", aim)]))
    for framing in ("cbor", "json"):
        work.append(Workload(
            "large", lambda framing=framing: use.one_way(15_000, 65536, framing), "ZeroMQ",
            lambda: use.zmq_one_way(15_000, 65536),
            [Figure(f"remote one-way, 64 KiB, {framing}", "mbs", "MB/s")]))
    work += [
        Workload(
            "fanin", lambda: use.one_way(250_000, 32, "cbor", 8), "ZeroMQ",
            lambda: use.zmq_one_way(250_000, 32, 8),
            [Figure("eight senders, cbor", "rate", "msg/s")]),
        Workload(
            "fanin", lambda: use.one_way(250_000, 32, "cbor", 8), "one sender",
            lambda: use.one_way(2_000_000, 32, "cbor"),
            [Figure("eight senders, cbor", "rate", "msg/s", 0.9)]),
    ]
    for name, cores, aim in (
            ("one core", (0, 0), 1.15), ("two cores", (0, 1), None), ("unpinned", (None, None), None)):
        if cores[1] == 1 and os.cpu_count() < 2:
            continue
        work.append(Workload(
            "latency", lambda cores=cores: use.round_trips(cores), "libuv",
            lambda cores=cores: use.uv_round_trips(cores),
            [Figure(f"round trip, {name}, p50", "p50", "µs", aim, False),
             Figure(f"round trip, {name}, p99", "p99", "µs", None, False)]))
    work += [
        Workload(
            "handshake", use.handshakes, "libuv, plain", use.uv_handshakes,
            [Figure("connect, authenticate, close", "rate", "/s"),
             Figure("  CPU of both sides", "cpu_ms", "ms", 0.5, False, True),
             Figure("  CPU of making the node", "node_cpu_ms", "ms", None, False)]),
        Workload(
            "sealed", lambda: use.sealed(lambda: use.one_way(SMALL, 32, "cbor")), "ours, plain",
            lambda: use.one_way(SMALL, 32, "cbor"),
            [Figure("sealed one-way, small", "rate", "msg/s", 0.6),
             Figure("  CPU of both sides", "cpu_ns", "ns/msg", None, False)], True),
        Workload(
            "sealed", lambda: use.sealed(lambda: use.one_way(15_000, 65536, "cbor")),
            "secretbox alone", lambda: run([bench, "secretbox", 15_000, 65536]),
            [Figure("sealed one-way, 64 KiB", "mbs", "MB/s", 1.0),
             Figure("  by the CPU of the busier side", "cpu_mbs", "MB/s", 1.0)], True),
        Workload(
            "sealed", lambda: use.sealed(lambda: use.one_way(15_000, 65536, "cbor"), "secretbox_x25519"),
            "secretbox alone", lambda: run([bench, "secretbox", 15_000, 65536]),
            [Figure("  the same by secretbox_x25519", "mbs", "MB/s", 0.6),
             Figure("  by the CPU of the busier side", "cpu_mbs", "MB/s", 0.6)], True),
        Workload(
            "sealed", lambda: use.sealed(lambda: use.one_way(15_000, 65536, "cbor")), "ours, plain",
            lambda: use.one_way(15_000, 65536, "cbor"),
            [Figure("sealed one-way, 64 KiB", "mbs", "MB/s")], True),
        Workload(
            "sealed", lambda: use.sealed(lambda: use.round_trips((0, 0))), "ours, plain",
            lambda: use.round_trips((0, 0)),
            [Figure("sealed round trip, one core, p50", "p50", "µs", None, False)], True),
        Workload(
            "sealed", lambda: use.sealed(use.handshakes), "ours, plain", use.handshakes,
            [Figure("sealed connect, close", "rate", "/s"),
             Figure("  CPU of both sides", "cpu_ms", "ms", 0.5, False, True)], True),
        *[Workload(
            "refusals", lambda kind=kind: run([bench, "refuse", kind, REFUSALS]),
            figures=[Figure(f"refused, {kind}", "cpu_us", "µs", 100, False, True),
                     Figure("  growth of the resident size", "grown_kb", "KiB", None, False)])
          for kind in ("http", "plain", "sealed", "silent")],
        Workload(
            "tls", lambda: use.tls(lambda: use.one_way(SMALL, 32, "cbor")), "ours, plain",
            lambda: use.one_way(SMALL, 32, "cbor"),
            [Figure("TLS one-way, small", "rate", "msg/s", 0.7),
             Figure("  CPU of both sides", "cpu_ns", "ns/msg", None, False)], True),
        Workload(
            "tls", lambda: use.tls(lambda: use.one_way(15_000, 65536, "cbor")), "OpenSSL alone",
            lambda: use.tls_one_way(15_000, 65536),
            [Figure("TLS one-way, 64 KiB", "mbs", "MB/s", 0.7),
             Figure("  by the CPU of the busier side", "cpu_mbs", "MB/s", 0.7)], True),
        Workload(
            "tls", lambda: use.tls(lambda: use.one_way(15_000, 65536, "cbor")), "ours, plain",
            lambda: use.one_way(15_000, 65536, "cbor"),
            [Figure("TLS one-way, 64 KiB", "mbs", "MB/s")], True),
        Workload(
            "tls", lambda: use.tls(lambda: use.round_trips((0, 0))), "OpenSSL alone",
            lambda: use.tls_round_trips((0, 0)),
            [Figure("TLS round trips, one core", "rate", "trips/s", 0.7),
             Figure("  p50", "p50", "µs", None, False)], True),
        Workload(
            "tls", lambda: use.tls(use.handshakes), "ours, plain", use.handshakes,
            [Figure("TLS connect, close", "rate", "/s"),
             Figure("  CPU of both sides", "cpu_ms", "ms", None, False)], True),
        Workload(
            "memory", use.idle_node,
            figures=[Figure("resident size of a started node", "mb", "MB", 20, False, True)]),
        *[Workload(
            "memory", measure,
            figures=[Figure(f"idle connection, {kind}", "rss_per", "bytes", 4096, False, True),
                     Figure("  without what was freed", "used_per", "bytes", None, False)])
          for kind, measure in (
              ("plain", use.idle_links), ("sealed", lambda: use.sealed(use.idle_links)),
              ("TLS", lambda: use.tls(use.idle_links)))],
        Workload(
            "monitors", use.reasons,
            figures=[Figure("reasons of 100,000 ports / messages", "ratio", "", 1.5, False, True)]),
        Workload(
            "database", use.database,
            figures=[Figure("100,000 keys to a new global node", "secs", "s", 2, False, True),
                     Figure("  resident size there", "bytes", "bytes/key", 500, False, True)]),
        Workload(
            "counts", use.instructions_of_set,
            figures=[Figure("instructions of db_set", "few", "", None, False),
                     Figure("  the same beside 100,000 keys", "ratio", "", 1.2, False, True)]),
        Workload(
            "counts", lambda: use.instructions("oneway"),
            figures=[count_of("instructions of a local message", "count", 110)]),
        Workload(
            "counts", lambda: use.instructions("pingpong"),
            figures=[count_of("  there and back", "count", 220)]),
    ] + [
        Workload(
            "counts", lambda size=size, framing=framing: use.instructions_of_remote(size, framing),
            figures=[
                count_of(f"instructions of sending, {framing}, {size} bytes", "send", sending),
                count_of("  receiving", "recv", receiving)])
        for framing, size, sending, receiving in (
            ("cbor", 32, 200, 200), ("cbor", 1024, 420, 1350),
            ("json", 32, 330, 320), ("json", 1024, 1300, 2300))
    ] + [
        Workload(
            "counts", lambda framing=framing: use.instructions_of_remote(1024, framing, True),
            figures=[
                count_of(
                    f"instructions of receiving borrowed text, {framing}, 1024 bytes", "recv", aim)])
        for framing, aim in (("cbor", 500), ("json", 1450))
    ] + [
        Workload(
            "counts", use.instructions_of_deaths,
            figures=[count_of("instructions of a death, 100,000 at once", "watched", 700),
                     count_of("  where it is heard of", "watch", 700)]),
        Workload(
            "counts", use.instructions_of_handshake,
            figures=[count_of("instructions of a handshake, server", "serve", 200_000)]),
        Workload(
            "counts", use.system_calls,
            figures=[Figure("system calls a message, sending", "send", "", None, False),
                     Figure("system calls a message, receiving", "recv", "", None, False)]),
    ]
    return work
