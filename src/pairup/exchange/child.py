"""Parses files that others made, in a process of its own that can do little and is ended when it does too much.

The child has 512 MiB of memory, 60 s of CPU, low priority, no network, and cannot open a file or a socket: the file
stands on its standard input. It answers in lines of JSON, which are counted and checked here; nothing is unpickled.
Whatever happens to it (a crash, no more memory, a hang) is a refusal of the file with its reason, never a failure of
this process.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pairup.errors import InputError
from pairup.exchange.sheets import Grid
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

#: what is in the child's arguments after the code
_NAME = "pairup-parser"
_LINE = 2**26  # bytes of one line of an answer


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file and its parser may take."""

    file_mb: int = 64
    memory_mb: int = 512
    cpu_seconds: int = 60
    seconds: int = 180  # by the clock: a machine may have more to do
    answer_mb: int = 512


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell that cannot be taken as it stands: what is wrong (`imports.CODE`), and what stands there."""

    row: int
    column: int
    code: str
    found: str = ""


@dataclass(slots=True)
class Parsed:
    """A file as it was parsed: a grid for every visible sheet, by name (a text file has one, without a name)."""

    file: str
    kind: str = ""
    grids: dict[str, Grid] = field(default_factory=dict)
    flaws: dict[str, list[Flaw]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    formulas: int = 0
    found: list[Finding] = field(default_factory=list)
    unfenced: tuple[str, ...] = ()  # fences this machine could not put up


class FileRefused(InputError):
    """A file was not read; nothing of it is used."""

    code = "imports.file-refused"


def refuse_file(file: str, code: str, /, **facts: Any) -> FileRefused:
    """Make the refusal of a file; its words stand in the catalogue under the code and `CODE.hint`."""
    facts = {"file": file} | facts
    said, hint = Words(f"imports.{code}", facts), Words(f"imports.{code}.hint", facts)
    return FileRefused(said.say(), hint=hint.say(), code=said.code, **facts)


def parse_apart(
    path: Path, *, encoding: str = "", delimiter: str = ",", comments: bool = True, limits: Limits = Limits()
) -> Parsed:
    """Parse a workbook or a text file in a limited child process. Raises `FileRefused` with the reason."""
    file = path.name
    try:
        size = path.stat().st_size
        raw = path.open("rb")
    except OSError as error:
        raise refuse_file(file, "no-such-file", error=error.strerror or "") from None
    with raw:
        if size > limits.file_mb * 2**20:
            raise refuse_file(file, "file-too-large", found=size // 2**20, most=limits.file_mb)
        asked = {"file": file, "encoding": encoding, "delimiter": delimiter, "comments": comments}
        return _ask(raw, asked, limits)


def _ask(raw: IO[bytes], asked: dict[str, Any], limits: Limits) -> Parsed:
    command = [sys.executable, "-c", "from pairup.exchange.child import serve; serve()", _NAME]
    told = {**asked, "memory_mb": limits.memory_mb, "cpu_seconds": limits.cpu_seconds}
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"}
    child = subprocess.Popen(  # noqa: S603
        [*command, json.dumps(told)], stdin=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        start_new_session=True,
    )  # fmt: skip
    assert child.stdout is not None
    late = threading.Event()

    def end() -> None:
        late.set()
        _end(child)

    clock = threading.Timer(limits.seconds, end)
    clock.start()
    parsed = Parsed(asked["file"])
    try:
        is_whole = _listen(child.stdout, parsed, limits.answer_mb * 2**20)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=5)  # so that it tells itself how it ended
    finally:
        clock.cancel()
        _end(child)
    if not is_whole:
        raise refuse_file(parsed.file, *_why(child.returncode, late.is_set()), **_facts(limits))
    return parsed


def _why(code: int, is_late: bool) -> tuple[str]:
    if is_late or -code == getattr(signal, "SIGXCPU", None):
        return ("too-slow",)
    return ("too-much-memory",) if -code == signal.SIGKILL else ("parser-crashed",)


def _facts(limits: Limits) -> dict[str, Any]:
    return {"memory": limits.memory_mb, "seconds": limits.cpu_seconds}


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


# ------------------------------------------------------------------------------------ what the child says, believed not


def _listen(pipe: IO[bytes], parsed: Parsed, most: int) -> bool:
    """Take in what the child says; False where it stopped without its last word."""
    grid, flaws, memo = Grid("", [], []), list[Flaw](), dict[str, str]()
    for line in _lines(pipe, parsed.file, most):
        try:
            said = json.loads(line)
            kind = said[0]
            if kind == "r":
                number, record = said[1], said[2]
                if type(number) is not int or type(record) is not list:
                    raise TypeError("record")
                grid.rows.append(number)
                grid.records.append([memo.setdefault(text, text) if len(text) < 40 else text for text in record])
                if len(memo) > 200_000:
                    memo.clear()
            elif kind == "sheet":
                name = str(said[1])
                shown = f"{parsed.file} [{name}]" if name else parsed.file
                grid = parsed.grids[name] = Grid(shown, [], [], is_tame=parsed.kind != "xlsx")
                flaws = parsed.flaws[name] = []
            elif kind == "flaw":
                flaws.append(Flaw(int(said[1]), int(said[2]), str(said[3]), str(said[4])))
            elif kind == "refused":
                raise refuse_file(parsed.file, str(said[1]), **dict(said[2]))
            elif kind == "end":
                return True
            else:
                _note(parsed, kind, said)
        except FileRefused:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            raise refuse_file(parsed.file, "parser-crashed") from None
    return False


def _note(parsed: Parsed, kind: str, said: list[Any]) -> None:
    if kind == "kind":
        parsed.kind = str(said[1])
    elif kind == "hidden":
        parsed.hidden.append(str(said[1]))
    elif kind == "comment":
        parsed.comments.append(str(said[1]))
    elif kind == "formulas":
        parsed.formulas = int(said[1])
    elif kind == "unfenced":
        parsed.unfenced = tuple(map(str, said[1]))
    elif kind == "finding":
        one = said[1]
        hint = Words.read(one["hint"]) if one["hint"] else None
        words, severity = Words.read(one["words"]), Severity(one["severity"])
        parsed.found.append(Finding(words, str(one["file"]), one["row"], str(one["column"]), hint, severity))
    else:
        raise ValueError(kind)


def _lines(pipe: IO[bytes], file: str, most: int) -> Iterator[bytes]:
    taken = 0
    while line := pipe.readline(_LINE):
        taken += len(line)
        if taken > most or not line.endswith(b"\n"):
            if taken > most or len(line) == _LINE:
                raise refuse_file(file, "answer-too-large", most=most // 2**20)
            return
        yield line


# --------------------------------------------------------------------------------------------------------- in the child


def serve() -> None:
    """Parse what stands on standard input; the other end of `parse_apart`."""
    asked = json.loads(sys.argv[-1])
    from pairup.exchange import untrusted  # before the doors close: nothing can be opened afterwards
    from pairup.exchange.encodings import ENCODINGS
    from pairup.exchange.workbook_scan import Refused

    for name in (*ENCODINGS.values(), "cp437"):  # the last one for names in a zip
        codecs.lookup(name)
    open_fences = close_fences(asked["memory_mb"], asked["cpu_seconds"])
    out = sys.stdout.buffer
    encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode

    def tell(kind: str, *what: Any) -> None:
        if kind == "finding":
            what = (_plain(what[0]),)
        out.write(encode(["r" if kind == "record" else kind, *what]).encode("ascii") + b"\n")

    reserve, is_full = bytearray(2**22), False
    try:
        tell("unfenced", open_fences)
        untrusted.parse(sys.stdin.buffer.read(), asked, tell)
        tell("end")
    except Refused as refusal:
        tell("refused", refusal.code, refusal.facts)
    except MemoryError:
        del reserve
        is_full = True
    if is_full:  # here, where what filled the memory is gone with the error
        tell("refused", "too-much-memory", {"memory": asked["memory_mb"]})
    out.flush()


def _plain(one: Finding) -> dict[str, Any]:
    hint = {"code": one.hint.code, "facts": dict(one.hint.facts)} if one.hint else None
    words = {"code": one.words.code, "facts": dict(one.words.facts)}
    severity = str(one.severity)
    return {
        "words": words, "file": one.file, "row": one.row, "column": one.column, "hint": hint, "severity": severity
    }  # fmt: skip


def close_fences(memory_mb: int, cpu_seconds: int) -> list[str]:
    """Give up what a parser does not need; name the fences this machine does not let us put up."""
    missing = []
    try:
        import resource

        limits = [
            (resource.RLIMIT_AS, memory_mb * 2**20), (resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 0),
        ]  # fmt: skip
    except ImportError:
        return ["memory", "time", "files", "network"]
    with contextlib.suppress(OSError):
        os.nice(10)
    if not _leave_the_network():
        missing.append("network")
    for name, most in limits:
        try:
            resource.setrlimit(name, (most, most + (name == resource.RLIMIT_CPU)))  # first SIGXCPU, which says why
        except (ValueError, OSError):
            missing.append({resource.RLIMIT_AS: "memory", resource.RLIMIT_CPU: "time"}.get(name, "files"))
    return missing


def _leave_the_network() -> bool:
    """Go where no network is: a network namespace of one's own, which Linux gives where it lets users have them."""
    import ctypes

    try:
        return bool(ctypes.CDLL(None).unshare(0x10000000 | 0x40000000) == 0)  # CLONE_NEWUSER | CLONE_NEWNET
    except (OSError, AttributeError, TypeError):
        return False
