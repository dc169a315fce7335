"""How fast pages answer while many people work: a record served as `pairup serve` does, asked by users of every role.

    PYTHONPATH=src python bench/load.py RECORD [--users 50] [--minutes 30] [--workers 2]

RECORD is a SQLite file, which is copied first, or a file with the address of a record on a server, which is used as it
is. Each user signs in and asks every 2 to 4 seconds, at moments drawn beforehand: a page that comes late does not put
off the next question, and its time counts from when it was due. One question in seven saves a need; at the end as many
needs have to be there as were acknowledged. Targets (95 of 100): a page 300 ms, a save 500, a search 500, no errors.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

SEED = 20261127
PASSWORD = "frost-lantern-over-9-rivers"  # noqa: S105
TARGETS = {"page": 300, "search": 500, "save": 500}
SEARCHES = (
    "projects/?projects-find=water", "needs/?needs-find=school", "people/?people-sort=code",
    "pairings/?pairings-find=a", "projects/?projects-sort=-state",
)  # fmt: skip
PAGES = ("", "pairings/", "projects/", "needs/", "money/", "results/", "claims/", "visits/", "rounds/", "calendar/")


@dataclass
class Met:
    """What came of the questions, by kind: milliseconds from when each was due."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    slow: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    saved: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, path: str, milliseconds: float, status: int, wanted: int) -> None:
        with self.lock:
            self.times[kind].append(milliseconds)
            if milliseconds > TARGETS.get(kind, 1e9):
                self.slow[path.partition("?")[0]] += 1
            if status != wanted:
                self.faults[f"{kind} {path} {status}"] += 1
            elif kind == "save":
                self.saved += 1


class Browser:
    """One user: a line that stays open, cookies, and what a page said last."""

    def __init__(self, port: int) -> None:
        self.line, self.cookies = http.client.HTTPConnection("127.0.0.1", port, timeout=60), dict[str, str]()

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Ask once; gives the status, the body, and where it sends on to."""
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            said["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.line.request("GET" if form is None else "POST", path, body, said)
            answer = self.line.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as fault:
            self.line.close()
            return 0, str(fault), ""
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text, answer.getheader("Location") or ""

    def sign_in(self, name: str) -> str:
        """Sign in; gives the address of the first page inside."""
        self.ask("/account/login/")
        status = 429
        while status == 429:  # one address may try so many times a minute, and all users here come from one
            status, _, _ = self.ask("/account/login/", {"login": name, "password": PASSWORD})
            time.sleep(2 if status == 429 else 0)
        if status != 302:
            raise SystemExit(f"{name} could not sign in: {status}")
        return urlsplit(self.ask("/")[2]).path


def open_accounts(users: int) -> list[str]:
    """Open one account a user: offices of all three sides and evaluators, in turn."""
    from pairup.record.acting import OPERATOR, acting_as
    from pairup.record.pairings import PairingVersion
    from pairup.services import tables
    from pairup.services import users as accounts

    at = datetime.now(UTC)
    names = []
    with acting_as(OPERATOR):
        tied = list(tables.read_rows(PairingVersion, on=at.date()).values_list("donor__code", "place__code"))
        for number in range(users):
            donor, place = tied[number % len(tied)]
            role = (
                "programme_office", f"donor_office:{donor}", f"recipient_office:{place}", "programme_office",
                f"recipient_office:{place}", "evaluator",
            )[number % 6]  # fmt: skip
            name = f"user-{number}"
            accounts.add(name, password=PASSWORD, actor="administrator", at=at)
            accounts.grant(name, role, actor="administrator", at=at)
            names.append(name)
    return names


def use(
    port: int, name: str, inside: str, browser: Browser, met: Met, moments: list[float], chance: random.Random
) -> None:
    """Ask at each of the moments; where the answer before came late, at once."""
    links: list[str] = []
    for due in moments:
        time.sleep(max(0.0, due - time.perf_counter()))
        draw = chance.random()
        if draw < 0.15 and name in SAVERS:
            save(inside, browser, met, due, chance)
            continue
        kind, path = ("search", chance.choice(SEARCHES)) if draw < 0.3 else ("page", chance.choice(PAGES))
        if kind == "page" and links and chance.random() < 0.4:
            path = chance.choice(links)
        status, text, _ = browser.ask(inside + path)
        met.add(kind, path, 1000 * (time.perf_counter() - due), status, status if status == 403 else 200)
        links = sorted(set(re.findall(r'href="' + inside + r'([^"?#]+/[^"?#]+/)"', text)))[:40]


#: users whose role states needs
SAVERS: set[str] = set()


def save(inside: str, browser: Browser, met: Met, due: float, chance: random.Random) -> None:
    """State a need by the form on the page, as a county does."""
    _, text, _ = browser.ask(inside + "needs/")
    places = re.findall(r'<option value="([^"]+)"', text[text.find('name="place"') :].partition("</select>")[0])
    key = re.search(r'name="key" value="([^"]+)"', text)
    if not places or key is None:
        met.faults["no form to save"] += 1
        return
    began = time.perf_counter()
    status, _, _ = browser.ask(
        inside + "needs/state/",
        {"key": key[1], "place": chance.choice(places), "text": f"{MARK} {chance.random()}", "category": "health",
         "priority": "3", "stated_by": "office", "how_asked": ""},
    )  # fmt: skip
    met.add("save", "needs/state/", 1000 * (time.perf_counter() - began), status, 302)


#: by this the needs of a run are counted
MARK = "A need of the load bench"


def saved_needs() -> int:
    from pairup.record.acting import OPERATOR, acting_as
    from pairup.record.projects import NeedVersion
    from pairup.services import tables

    with acting_as(OPERATOR):
        rows = tables.read_rows(NeedVersion, on=datetime.now(UTC).date())
        return sum(1 for text in rows.values_list("text_en", flat=True) if (text or "").startswith(MARK))


def cpu_of(process: int) -> float:
    """CPU seconds of a process and all below it."""
    ticks, found = os.sysconf("SC_CLK_TCK"), 0.0
    below = [process]
    while below:
        one = below.pop()
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            below += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
        found += (int(fields[11]) + int(fields[12])) / ticks
    return found


def serve(record: Path, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["serve", "--record", str(record), "--port", str(port), "--workers", str(workers)]
    server = subprocess.Popen([sys.executable, "-c", "from pairup.cli.main import main; main()", *words])
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return server, port
        except OSError:
            time.sleep(0.25)
    raise SystemExit("The server did not start.")


def run(record: Path, users: int, minutes: float, workers: int) -> bool:
    """Serve, ask, and print; says whether every target was kept."""
    from pairup.services import serving

    os.environ.update(serving.environment(record))
    serving.prepare(record)
    names = open_accounts(users)
    SAVERS.update(name for number, name in enumerate(names) if number % 6 in (0, 2, 3, 4))
    before = saved_needs()
    server, port = serve(record, workers)
    try:
        browsers = [Browser(port) for _ in names]
        inside = [one.sign_in(name) for one, name in zip(browsers, names, strict=True)]
        met, chance = Met(), random.Random(SEED)  # noqa: S311
        began, served, ours = time.perf_counter(), cpu_of(server.pid), time.process_time()
        moments = [draw_moments(began + 1, minutes * 60, chance) for _ in names]
        threads = [
            threading.Thread(target=use, args=(port, *given, random.Random(f"{SEED}-{given[0]}")))  # noqa: S311
            for given in zip(names, inside, browsers, [met] * users, moments, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lasted = time.perf_counter() - began
        served, ours = cpu_of(server.pid) - served, time.process_time() - ours
        there = saved_needs() - before
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    return told(met, lasted, served, ours, there, users, workers)


def draw_moments(first: float, seconds: float, chance: random.Random) -> list[float]:
    """When one user asks: 2 to 4 seconds apart, whatever the answers take."""
    moments, at = [], first + chance.uniform(0, 4)
    while at < first + seconds:
        moments.append(at)
        at += chance.uniform(2, 4)
    return moments


def told(met: Met, lasted: float, served: float, ours: float, there: int, users: int, workers: int) -> bool:
    asked = sum(map(len, met.times.values()))
    print(f"{users} users, {workers} workers, {lasted / 60:.1f} min, seed {SEED}, load of the machine "
          f"{os.getloadavg()[1]:.1f}, Python {sys.version.split()[0]}")  # fmt: skip
    print(f"{asked} answers, {asked / lasted:.1f} a second; CPU of the server {100 * served / lasted:.0f} %, "
          f"of this generator {100 * ours / lasted:.0f} % of one core")  # fmt: skip
    print("kind      answers   p50 ms   p95 ms   p99 ms   max ms   target")
    kept = not met.faults and there == met.saved
    for kind, times in sorted(met.times.items()):
        parts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
        print(f"{kind:8} {len(times):8} {parts[49]:8.0f} {parts[94]:8.0f} {parts[98]:8.0f} {max(times):8.0f} "
              f"{TARGETS[kind]:8}")  # fmt: skip
        kept = kept and parts[94] <= TARGETS[kind]
    print(f"needs acknowledged {met.saved}, there at the end {there}; errors {sum(met.faults.values())}")
    for fault, count in met.faults.most_common(10):
        print(f"  error: {fault}: {count}")
    for path, count in met.slow.most_common(8):
        print(f"  late: {path or 'home'}: {count}")
    return kept


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("record", type=Path)
    asked.add_argument("--users", type=int, default=50)
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--workers", type=int, default=2)
    said = asked.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with tempfile.TemporaryDirectory() as folder:
        record = said.record
        if record.stat().st_size > 4096:  # a file that holds an address is used as it is
            for one in record.parent.glob(f"{record.name}*"):
                shutil.copy(one, folder)
            record = Path(folder) / record.name
        raise SystemExit(0 if run(record, said.users, said.minutes, said.workers) else 1)


if __name__ == "__main__":
    main()
