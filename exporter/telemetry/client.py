"""The exporter's end of the engine: one process, started at first use, that outlives requests."""

import atexit
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec

import exporter
from exporter.model import ErrorClass, SourceError
from exporter.telemetry.protocol import Failure, Reply, Request

_PACKAGES = str(Path(exporter.__file__).parent.parent)

# What a process needs to run; nothing of it is secret, and the engine reads files from outside.
_KEPT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONTZPATH", "TMPDIR", "TZ")

_PIECE = 64 * 1024

_REPLY = msgspec.json.Decoder(Reply | Failure)


class Client:
    """Asks an engine, which it starts when there is none and kills when it takes too long."""

    def __init__(self, module: str = "exporter.telemetry", kept: tuple[str, ...] = _KEPT) -> None:
        """Start nothing yet; the engine is that module, with these variables if there are any."""
        self._module = module
        self._kept = kept
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def ask(self, request: Request, seconds: float) -> Reply:
        """Return the engine's answer; raises SourceError, TIMEOUT or INTERNAL, when none comes.

        So many seconds may pass until the engine is free, and as many again until it answers: the
        first read of another release takes nothing away from this one.
        """
        if not self._lock.acquire(timeout=seconds):
            message = "telemetry: the engine was busy with another release; next run in a minute"
            raise SourceError(ErrorClass.TIMEOUT, message)
        return self._answer(request, seconds)

    def ask_if_free(self, request: Request, seconds: float) -> Reply | None:
        """Return the answer as `ask` does; None if the engine is busy."""
        if not self._lock.acquire(blocking=False):
            return None
        return self._answer(request, seconds)

    def _answer(self, request: Request, seconds: float) -> Reply:
        """Ask and let the next one ask; the lock is held."""
        try:
            end = time.monotonic() + seconds
            line = self._exchange(msgspec.json.encode(request) + b"\n", end)
            reply: Reply | Failure = _REPLY.decode(line)
        except TimeoutError as error:
            self._kill()
            message = (
                f"telemetry: not read within {seconds:g} s; the next run goes on with what is left."
                " If it stays so, raise `deadline` or remove old exports"
            )
            raise SourceError(ErrorClass.TIMEOUT, message) from error
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self._kill()
            message = "the telemetry engine ended unexpectedly; the next run starts a new one"
            raise SourceError(ErrorClass.INTERNAL, message) from error
        finally:
            self._lock.release()
        if isinstance(reply, Failure):
            raise SourceError(reply.kind, reply.message)
        return reply

    def start(self) -> None:
        """Start the engine now, so that it is ready when it is asked."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the engine, if there is one, whatever it is doing."""
        self._kill()

    def _exchange(self, line: bytes, end: float) -> bytes:
        process = self._running()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        stdin.write(line)
        stdin.flush()
        pieces: list[bytes] = []
        # The lines are short and waiting releases the interpreter: others go on meanwhile.
        while not (pieces and pieces[-1].endswith(b"\n")):
            ready, _, _ = select.select([stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError
            piece = os.read(stdout.fileno(), _PIECE)
            if not piece:
                raise EOFError
            pieces.append(piece)
        return b"".join(pieces)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._kill()
            environment = {name: os.environ[name] for name in self._kept if name in os.environ}
            # One thread: more would only wait, and each takes memory.
            environment |= {"PYTHONPATH": _PACKAGES, "OPENBLAS_NUM_THREADS": "1"}
            # Give large columns back as soon as they are freed (glibc would learn to keep them).
            environment["MALLOC_MMAP_THRESHOLD_"] = str(4 * 1024 * 1024)
            # But not the blocks that files are read in: each would be taken anew, page by page.
            environment["MALLOC_TRIM_THRESHOLD_"] = str(4 * 1024 * 1024)
            self._process = subprocess.Popen(  # noqa: S603 - a module of ours
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote what was read
                env=environment,
                start_new_session=True,  # so that its helper can be killed with it
            )
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what could not be sent is still in it
                    pipe.close()


class Engines(Client):
    """One for all releases, as it holds their columns; and a second one in a crowd."""

    def __init__(self) -> None:
        """Start neither yet."""
        super().__init__()
        self._second = Client()

    def ask(self, request: Request, seconds: float, *, crowded: bool = False) -> Reply:
        """Return the answer as a client does; where it is crowded, of whichever is free."""
        if crowded:
            for one in (self, self._second):
                reply = one.ask_if_free(request, seconds)
                if reply is not None:
                    return reply
        return super().ask(request, seconds)

    def close(self) -> None:
        """End both, whatever they are doing."""
        super().close()
        self._second.close()


ENGINE = Engines()

# What says where Java and Spark are, and Spark's own settings.
_SPARK = ("HADOOP_CONF_DIR", "JAVA_HOME", "SPARK_CONF_DIR", "SPARK_HOME", "SPARK_LOCAL_DIRS")


def on_cluster() -> Client:
    """Return a client whose engine lets a Spark cluster do the work."""
    return Client("exporter.spark", (*_KEPT, *_SPARK))


ON_CLUSTER = on_cluster()
