"""Readers at work in processes of their own: a file that breaks one, or keeps it for ever, costs
that file and nothing else.

Each process runs `serve`, takes tasks from its standard input and writes outcomes to its standard
output. A program that uses Footnote is not imported anew, as multiprocessing would.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.files import read_file
from index.readers import read_document
from index.types import Document

SECONDS = 300.0  # for one file, and a minute more for each MB
MEMORY = 2 * 1024**3  # bytes of address space of one process
_MOST = 4  # processes


@dataclass(frozen=True)
class Task:
    """A source to read: a file, or an address on the web where `path` is None. `known`: the
    SHA-256 of its bytes as last added."""

    source: str
    path: Path | None
    known: str | None = None
    password: str | None = None
    allow_private: bool = False


@dataclass(frozen=True)
class Unchanged:
    """The source has the bytes that are known."""


Outcome = Document | Unchanged | ReadError


def read_all(tasks: Sequence[Task], stop: threading.Event | None = None) -> Generator[tuple[Task, Outcome], None, None]:
    """Read sources side by side; outcomes come as they are ready, until all are or `stop` is set.
    At most two a process wait to be taken, so memory stays bounded."""
    workers = [_Worker() for _ in range(min(len(tasks), os.cpu_count() or 1, _MOST))]
    todo: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        todo.put(task)
    ready: queue.Queue[tuple[Task, Outcome]] = queue.Queue(len(workers))
    stopped = threading.Event()

    def work(worker: _Worker) -> None:
        while not stopped.is_set():
            try:
                task = todo.get_nowait()
            except queue.Empty:
                break
            outcome = (task, worker.read(task))
            while not stopped.is_set():
                try:
                    ready.put(outcome, timeout=0.2)
                    break
                except queue.Full:
                    continue
        worker.close()

    threads = [threading.Thread(target=work, args=[worker], daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        for _ in tasks:
            while not (stop and stop.is_set()):
                try:
                    yield ready.get(timeout=0.2)
                    break
                except queue.Empty:
                    continue
    finally:
        stopped.set()
        for worker in workers:
            worker.close()


class _Worker:
    """A process that reads one source at a time, started anew when it died or was stopped."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def read(self, task: Task) -> Outcome:
        process = self._process = self._process or started("from index.workers import serve; serve()")
        seconds = SECONDS + 60 * _megabytes(task.path)
        over = threading.Event()

        def stop() -> None:
            over.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            assert process.stdin and process.stdout
            pickle.dump(task, process.stdin)
            process.stdin.flush()
            outcome: Outcome = pickle.load(process.stdout)
            return outcome
        except Exception:  # the pipe ends, or what came through it is cut off
            self._process = None
            process.kill()
            process.communicate()
            if over.is_set():
                return ReadError(f"{task.source} took more than {seconds:.0f} seconds to read; split it, or leave it.")
            return ReadError(f"{task.source} made its reader break down: it may be damaged; save it anew, or leave it.")
        finally:
            timer.cancel()

    def close(self) -> None:
        if process := self._process:
            process.kill()
            process.wait()


def started(code: str) -> subprocess.Popen[bytes]:
    """A process that runs this code with these packages, fed and read through pipes."""
    packages = str(Path(__file__).parent.parent)
    path = os.pathsep.join(filter(None, [packages, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        # The folder that one happens to be in is no place for modules.
        [sys.executable, "-c", f"import sys; sys.path[:] = filter(None, sys.path); {code}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,  # Ctrl-C is for the program, which stops the readers itself
    )


def _megabytes(path: Path | None) -> float:
    try:
        return path.stat().st_size / 1024**2 if path else 0.0
    except (OSError, ValueError):
        return 0.0


def serve() -> None:
    """What a process of a reader does, until the program is done or gone."""
    outcomes = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no outcome
    limit_memory(MEMORY)
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(_outcome(task), outcomes)
        outcomes.flush()


def _outcome(task: Task) -> Outcome:
    """Read one source, whatever comes of it."""
    try:
        if task.path:
            data, path = read_file(task.path), task.path
        else:
            from index.fetch import fetch

            fetched = fetch(task.source, allow_private=task.allow_private)
            data, path = fetched.data, Path(fetched.name)
        if hashlib.sha256(data).hexdigest() == task.known:
            return Unchanged()
        return read_document(data, path, source=task.source, password=task.password)
    except ReadError as error:
        return error
    except MemoryError:
        return ReadError(f"{task.source} needs more than {MEMORY // 1024**3} GB of memory to read; split it.")
    except RecursionError:
        return ReadError(f"{task.source} is nested too deeply to be read; save it anew, or leave it.")
    except Exception as error:
        return ReadError(f"{task.source} could not be read ({type(error).__name__}): it may be damaged; save it anew.")


def limit_memory(size: int) -> None:
    """Let this process have so many bytes of address space at most, where the system can."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (size if most == resource.RLIM_INFINITY else min(size, most), most))
