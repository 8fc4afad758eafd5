"""Runs the programs that are measured, alone or as a receiver with its senders."""

import json
import os
import socket
import subprocess
import threading
import time

TIMEOUT = 120


class Failure(Exception):
    """A program that was measured did not do its work."""


def free_port():
    """A port that the kernel picked on 127.0.0.1."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def start(command, core=None, environment=None):
    """Starts a program; `core` pins it to one processor core."""
    pin = None if core is None else lambda: os.sched_setaffinity(0, {core})
    return subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, preexec_fn=pin,
        env=dict(os.environ, **(environment or {})))


def stop(processes):
    """Ends those of the processes that still run, each by its own id."""
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass


def records(text):
    """The lines of JSON in a program's output."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def next_line(process, prefix):
    """The next line of a program's output that starts with `prefix`."""
    found = []

    def read():
        for line in process.stdout:
            if line.startswith(prefix):
                found.append(line.strip())
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(TIMEOUT)
    if not found:
        process.kill()
        raise Failure(f"{process.args[0]}: {process.stderr.read().strip()[-300:] or 'no answer'}")
    return found[0]


def run(command, core=None, environment=None):
    """Runs one program to its end and returns its record."""
    process = start(command, core, environment)
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
        found = records(output)
        if not found:
            raise Failure(f"{command[0]}: {errors.strip()[-300:] or 'no result'}")
        return found[0]
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]}: did not end in {TIMEOUT} seconds") from None
    finally:
        stop([process])


def run_errors(command, environment=None):
    """Runs one program to its end and returns what it wrote to standard error."""
    process = start(command, environment=environment)
    try:
        return process.communicate(timeout=TIMEOUT)[1]
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]}: did not end in {TIMEOUT} seconds") from None
    finally:
        stop([process])


def run_pair(server, clients, decides, cores=(None, None), start_in=0):
    """Runs a server until it is ready, then its clients, and returns the records by role.

    `clients` gets the words of the server's READY line and returns commands. The measurement is
    over when the server or the clients, whoever `decides`, print their record; then all standard
    inputs are closed, and the others print theirs.
    """
    processes = [start(server, cores[0])]
    try:
        ready = next_line(processes[0], "READY").split()[1:]
        environment = {"START_AT": f"{time.time() + start_in:.3f}"} if start_in else None
        for command in clients(*ready):
            processes.append(start(command, cores[1], environment))
        deciding = processes[:1] if decides == "server" else processes[1:]
        found = [json.loads(next_line(process, "{")) for process in deciding]
        for process in processes:
            try:
                process.stdin.close()
            except BrokenPipeError:
                pass
        for process in processes:
            try:
                process.wait(timeout=10)
                found += records(process.stdout.read())
            except subprocess.TimeoutExpired:
                process.kill()
        by_role = {}
        for record in found:
            by_role.setdefault(record["role"], []).append(record)
        return by_role
    finally:
        stop(processes)


def run_net(server, clients, newcomer):
    """Runs a server and its clients until the server prints a record, then one more program.

    Returns what the newcomer prints.
    """
    processes = [start(server)]
    try:
        next_line(processes[0], "READY")
        processes += [start(command) for command in clients]
        next_line(processes[0], "{")
        processes.append(start(newcomer))
        return json.loads(next_line(processes[-1], "{"))
    finally:
        stop(processes)
