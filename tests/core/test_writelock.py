"""Who writes next: the one who has waited longest, whatever thread or process he is in (ADR 2)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gallery.core.errors import Unavailable
from gallery.core.writelock import WriteLock

HOLD_SECONDS = 0.002
WRITERS = """
import statistics, sys, threading, time
from pathlib import Path
from gallery.core.writelock import WriteLock

lock, threads = WriteLock(Path(sys.argv[1]), 5), int(sys.argv[2])
waits = []

def write():
    while time.monotonic() < end:
        asked = time.monotonic()
        lock.acquire()
        waits.append(time.monotonic() - asked)
        time.sleep(0.002)
        lock.release()

print("ready", flush=True)
sys.stdin.readline()
end = time.monotonic() + float(sys.argv[3])
started = [threading.Thread(target=write) for _ in range(threads)]
for one in started: one.start()
for one in started: one.join()
print(len(waits), max(waits), statistics.median(waits))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "write.lock"


def started(path: Path, threads: int, seconds: float) -> subprocess.Popen[str]:
    """A process whose threads do nothing but write."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITERS, str(path), str(threads), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_threads_write_in_the_order_in_which_they_came(path: Path) -> None:
    lock, order, threads = WriteLock(path, 5), [], []

    def write(number: int) -> None:
        lock.acquire()
        order.append(number)
        time.sleep(HOLD_SECONDS)
        lock.release()

    lock.acquire()
    for number in range(20):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        while len(lock._queue._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    lock.acquire()  # Whoever has just written goes to the end of the queue.
    assert order == list(range(20))
    lock.release()
    for thread in threads:
        thread.join()


def test_a_crowd_in_one_process_does_not_keep_a_single_writer_of_another_waiting(path: Path) -> None:
    """With the unfair lock the one waited up to a second and wrote a twentieth as often as the crowd."""
    processes = [started(path, threads, 2) for threads in (32, 1)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=30)[0].split() for process in processes]
    crowd, single = int(told[0][0]), int(told[1][0])
    assert single > crowd / 3, told
    assert float(told[1][1]) < max(0.2, 10 * float(told[1][2])), told


def test_eight_writers_in_two_processes_wait_no_longer_than_a_fifth_of_a_second(path: Path) -> None:
    processes = [started(path, 4, 2) for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        _writes, longest, median = map(float, process.communicate(timeout=30)[0].split())
        assert longest <= max(0.2, 10 * median), "on a busy machine all wait longer, but none much longer than others"


@pytest.mark.parametrize("at", ["file", "turnstile"])
def test_a_killed_holder_leaves_the_lock_to_the_next(path: Path, at: str) -> None:
    program = (
        "import sys, time; from pathlib import Path; from gallery.core.writelock import WriteLock\n"
        f"WriteLock(Path(sys.argv[1]), 5)._{at}.acquire(time.monotonic() + 5)\n"
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Unavailable):
        WriteLock(path, 0.1).acquire()
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    lock = WriteLock(path, 1)
    lock.acquire()
    lock.release()


def test_who_waits_in_vain_leaves_the_queue_and_is_given_nothing_later(path: Path) -> None:
    lock, refused = WriteLock(path, 0.1), []

    def write() -> None:
        try:
            lock.acquire()
        except Unavailable:
            refused.append(True)

    lock.acquire()
    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    lock.release()
    lock.acquire()
    lock.release()


def test_two_processes_refused_at_the_file_leave_the_turnstile_open(path: Path) -> None:
    holder, waiting = WriteLock(path, 1), WriteLock(path, 0.05)
    holder.acquire()
    with pytest.raises(Unavailable):
        waiting.acquire()
    holder.release()
    waiting.acquire()
    waiting.release()
    holder.acquire()
    holder.release()
