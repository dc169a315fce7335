"""Work in a process of its own that tells what it finds and is ended when its time is over.

Solvers do not keep their time limits (HiGHS #885, #1501, #2226), and compiled code hears no signal. So a search that
is stopped by the clock runs in a child: it tells each better plan and each better bound as it finds them, they are
kept on this side, and at the end of the time the child is killed. What was told stands.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from pairup.planning.plan import Watch, may_halt

#: told by a child when its work is done
_DONE = "done"
_FAILED = "failed"

#: what a child is called in its arguments, and so knows that it is one
_NAME = "pairup-child"

Tell = Callable[[Any], None]
#: seconds after which it is asked whether somebody wants the end
_LISTEN = 0.25


def work_apart(work: Callable[[Any, Tell], None], asked: Any, watch: Watch, heard: Tell) -> bool:
    """Run `work(asked, tell)` in a child until it is done or the time of `watch` is over.

    What it tells is given to `heard` as it comes. `work` is a function at the top of its module; what is asked and
    told must pickle. Says whether the work was done; False means that it was killed. An error in the child is a bug
    and shows as one here, with its traceback.
    """
    assert watch.left is not None, "a search without a clock needs no process of its own"
    command = [sys.executable, "-c", "from pairup.planning.child import serve; serve()", _NAME]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    child = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=not _is_child()
    )
    assert child.stdin is not None and child.stdout is not None
    said: queue.SimpleQueue[Any] = queue.SimpleQueue()
    question = (work.__module__, work.__qualname__, asked)
    threading.Thread(target=_ask, args=(child.stdin, question), daemon=True).start()
    threading.Thread(target=_listen, args=(child.stdout, said), daemon=True).start()
    try:
        while True:
            try:
                kind, what = said.get(timeout=min(watch.left, _LISTEN) if may_halt() else watch.left)
            except queue.Empty:
                if watch.is_over:
                    return False
                continue
            if kind == _DONE:
                return True
            if kind == _FAILED:
                raise RuntimeError(f"the process of {work.__qualname__} failed:\n{what}")
            heard(what)
    finally:
        _end(child)


def _is_child() -> bool:
    return sys.argv[1:] == [_NAME]


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child, and with it those that it began itself: they stand in its group, which only the first opens."""
    if hasattr(os, "killpg") and not _is_child():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()


def _ask(pipe: IO[bytes], question: Any) -> None:
    try:
        pickle.dump(question, pipe, protocol=pickle.HIGHEST_PROTOCOL)
        pipe.close()
    except OSError:
        return  # the child was ended before it had heard everything


def _listen(pipe: IO[bytes], said: queue.SimpleQueue[Any]) -> None:
    """Hand on what the child says, each message whole; a child that stops in mid-sentence has failed."""
    try:
        while True:
            message = pickle.load(pipe)  # noqa: S301  what our own process wrote
            said.put(message)
            if message[0] != "told":
                return
    except (EOFError, OSError, pickle.UnpicklingError, ValueError):
        said.put((_FAILED, "it ended without a word"))


def serve() -> None:
    """Do what is asked on standard input; the other end of `work_apart`."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    module, name, asked = pickle.load(sys.stdin.buffer)  # noqa: S301  what our own process wrote

    def say(*message: Any) -> None:
        pickle.dump(message, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()

    try:
        getattr(importlib.import_module(module), name)(asked, lambda what: say("told", what))
    except Exception:
        import traceback

        say(_FAILED, traceback.format_exc())
    else:
        say(_DONE, None)
