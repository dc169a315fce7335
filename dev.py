#!/usr/bin/env python3
"""Set up pairup and run what a newcomer or a developer runs. Standard library only.

    python3 dev.py demo [...]     set up, then run `pairup demo`
    python3 dev.py serve [...]    set up, then run `pairup serve`: the demo's pages, or those of --record
    python3 dev.py test [...]     set up with the test tools, then run pytest
    python3 dev.py lint           ruff (check and format) and the import contracts
    python3 dev.py types          mypy
    python3 dev.py docs           write the generated pages, then build the site
    python3 dev.py bench [...]    set up with the peers, then run `pairup bench planning`, `evaluation` or `measurement`
    python3 dev.py words          compile the catalogue of words
    python3 dev.py lock           resolve the locks in requirements/ anew
    python3 dev.py bundle FOLDER  collect wheels for a machine without a network
    python3 dev.py size           say what is installed and how large it is

Set-up makes `.venv` beside this file and installs what a lock in requirements/ names, checked by its hashes; a
second run sees that nothing changed and skips it. `--wheels FOLDER` installs from a bundle without a network,
`--set-up-only` stops after set-up. This file parses on old Pythons, so that it can refuse them in a sentence:
annotations are text, and no syntax newer than 3.6 is used.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FLOOR = (3, 11)
#: the line of Python that runs this, as 3.11: an environment made by another line is not reused
LINE = "{}.{}".format(*sys.version_info[:2])
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCKS = ROOT / "requirements"
#: what a level installs; a level later in the list holds everything of those before it
LEVELS = ["core", "web", "test", "peers"]
#: locks, and what each is resolved from
SOURCES = {
    "core": ["--group", "build"],
    "web": ["--extra", "web", "--group", "build"],
    "test": ["--extra", "test", "--group", "build", "--group", "lint"],
    "peers": ["--extra", "test", "--extra", "peers", "--group", "build", "--group", "lint"],
    "spark": ["--extra", "test", "--extra", "spark", "--group", "build"],
}


class Refused(Exception):
    """A sentence for the person at the keyboard."""


def say(text: str) -> None:
    print(text, flush=True)


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*words: object, **options: object) -> None:
    """Run a tool; its failure is ours."""
    done = subprocess.run([str(word) for word in words], **options)  # type: ignore[call-overload]
    if done.returncode:
        raise SystemExit(done.returncode)


def succeeds(*words: object, **options: object) -> bool:
    return subprocess.run([str(word) for word in words], **options).returncode == 0  # type: ignore[call-overload]


# --- refusals -----------------------------------------------------------------------------------------------------


def require_python() -> None:
    """Refuse a Python that is too old, naming one on this machine that is not."""
    if sys.version_info >= FLOOR:
        return
    newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
    working = [name for name in newer if succeeds(name, "-c", "", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
    if working:
        cure = "This machine has {0}: run `{0} {1}`.".format(working[0], " ".join(sys.argv))
    else:
        cure = "Install Python 3.11 or later, then run this again with it."
    raise Refused("pairup needs Python 3.11 or later; this is {}. {}".format(platform.python_version(), cure))


def no_venv_sentence() -> str:
    package = "python{}-venv".format(LINE)
    if shutil.which("apt-get"):
        how = "apt-get install {} (or python3-venv)".format(package)
    elif shutil.which("dnf") or shutil.which("yum"):
        how = "dnf install python3-pip"
    elif shutil.which("apk"):
        how = "apk add python3 py3-pip"
    else:
        how = "the packages `venv` and `pip` of your Python {}".format(LINE)
    return (
        "This Python ({}) cannot make an environment: it came without `venv` or `ensurepip`.\n"
        "Install: {}\nThen run the same command again.".format(sys.executable, how)
    )


# --- set-up -------------------------------------------------------------------------------------------------------


def fingerprint(level: str) -> str:
    """SHA-256 over the lock, pyproject.toml and the line of Python: what an installation depends on."""
    digest = hashlib.sha256(LINE.encode())
    for path in (LOCKS / (level + ".txt"), ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_stamp() -> "dict[str, str]":
    try:
        stamp = json.loads((VENV / "pairup-stamp.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_set_up(level: str) -> bool:
    """Say whether `level`, or one that holds it, is installed as its lock says now."""
    stamp = read_stamp()
    holding = LEVELS[LEVELS.index(level) :]
    current = any(stamp.get(name) == fingerprint(name) for name in holding)
    return current and stamp.get("root") == str(ROOT) and python_of(VENV).exists()


def make_venv() -> None:
    """Make `.venv` with pip in it; where ensurepip is missing, borrow a pip or uv that is there."""
    stamp = read_stamp()
    ours = stamp.get("root") == str(ROOT) and stamp.get("python") == LINE
    if ours and succeeds(python_of(VENV), "-m", "pip", "--version", **quiet()):
        return
    if VENV.exists():
        shutil.rmtree(str(VENV))
    if succeeds(sys.executable, "-m", "venv", VENV, **quiet()):
        return
    shutil.rmtree(str(VENV), ignore_errors=True)
    if succeeds(sys.executable, "-m", "venv", "--without-pip", VENV, **quiet()):
        if succeeds(sys.executable, "-m", "pip", "--python", python_of(VENV), "install", "--quiet", "pip"):
            return
        bundled = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
        if bundled:
            pip = os.environ.copy()
            pip["PYTHONPATH"] = str(bundled[-1])
            wheel = [python_of(VENV), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", bundled[-1]]
            if succeeds(*wheel, env=pip):
                return
    if shutil.which("uv") and succeeds("uv", "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, VENV):
        return
    shutil.rmtree(str(VENV), ignore_errors=True)
    raise Refused(no_venv_sentence())


def quiet() -> "dict[str, int]":
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def fetch_uv(folder: str, *named: str) -> "Path | None":
    """Put uv into a folder that is thrown away after; None where that fails, and pip does the work.

    It is checked by its hashes, unless `named` says which requirements to take instead.
    """
    words = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--target", folder]
    words += named or ["--require-hashes", "-r", str(LOCKS / "setup.txt")]
    if not succeeds(python_of(VENV), "-m", "pip", "install", *words, **quiet()):
        return None
    found = [path for path in Path(folder).glob("bin/uv*") if path.stem == "uv"]
    return found[0] if found else None


def install(python: Path, *batches: "list[object]", wheels: "Path | None" = None) -> None:
    """Install batch after batch of requirements: from a folder of wheels, by uv, or by pip where uv cannot be had."""
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    if wheels is not None:
        for batch in batches:
            run(*pip, "--no-index", "--find-links", wheels, *batch)
        return
    folder = tempfile.mkdtemp(prefix="pairup-setup-")
    try:
        uv = fetch_uv(folder)
        if uv is not None:
            base = [uv, "pip", "install", "--quiet", "--python", python]
            if all(succeeds(*base, *batch) for batch in batches):
                return
        say("uv could not do it; pip takes over (slower).")
        for batch in batches:
            run(*pip, *batch)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def locked(name: str) -> "list[object]":
    return ["--require-hashes", "-r", LOCKS / (name + ".txt")]


def set_up(level: str, wheels: "Path | None" = None) -> None:
    """Bring `.venv` to what the lock of `level` says. Does nothing where it is there already."""
    if is_set_up(level):
        return
    began = time.time()
    say("Setting up in {} ({}) …".format(VENV, "once; a minute or so" if wheels is None else "from " + str(wheels)))
    make_venv()
    stamp = read_stamp()
    started = {"root": str(ROOT), "python": LINE}
    (VENV / "pairup-stamp.json").write_text(json.dumps(started), encoding="utf-8")
    own = ["--no-deps", "--no-build-isolation", "--editable", ROOT]  # type: list[object]
    install(python_of(VENV), locked(level), own, wheels=wheels)
    stamp = {name: value for name, value in stamp.items() if name in LEVELS}
    stamp.update(started)
    stamp[level] = fingerprint(level)
    (VENV / "pairup-stamp.json").write_text(json.dumps(stamp), encoding="utf-8")
    say("Set up in {:.0f} s: {:.0f} MB in {}".format(time.time() - began, size_of(VENV) / 1e6, VENV))


def size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


# --- commands -----------------------------------------------------------------------------------------------------


def demo(args: "list[str]") -> None:
    """Run `pairup demo`; without --into, into the first folder `pairup-demo…` here that is free."""
    if not any(word in ("-h", "--help", "--force") or word.startswith("--into") for word in args):
        args = [*args, "--into", str(free_folder(Path.cwd()))]
    begin("demo")
    run(pairup(), "demo", *args)


def serve(args: "list[str]") -> None:
    """Run `pairup serve`."""
    begin("serve")
    run(pairup(), "serve", *args)


def free_folder(where: Path) -> Path:
    """Name a folder no demo has written yet: a record that someone may be using is not replaced."""
    number = 1
    while True:
        folder = where / ("pairup-demo" if number == 1 else "pairup-demo-{}".format(number))
        if not folder.exists() or not any(folder.iterdir()):
            return folder
        number += 1


def pairup() -> Path:
    return python_of(VENV).with_name("pairup.exe" if os.name == "nt" else "pairup")


def begin(what: str) -> None:
    say("pairup {}: {}; program {}; here {}".format(what, ROOT, pairup(), Path.cwd()))


def test(args: "list[str]") -> None:
    """Run pytest over the whole suite, or over what is named."""
    begin("test")
    run(python_of(VENV), "-m", "pytest", *(args or ["-q", "-n", "2"]), cwd=str(ROOT))


def lint(args: "list[str]") -> None:
    tools = python_of(VENV).parent
    run(tools / "ruff", "check", *(args or ["."]), cwd=str(ROOT))
    run(tools / "ruff", "format", "--check", *(args or ["."]), cwd=str(ROOT))
    run(tools / "lint-imports", "--no-logo", cwd=str(ROOT))


def types(args: "list[str]") -> None:
    run(python_of(VENV), "-m", "mypy", *args, cwd=str(ROOT))


def docs(args: "list[str]") -> None:
    """Write the generated pages; then build the site, in an environment of its own inside `.venv`."""
    run(python_of(VENV), ROOT / "docs" / "make_pages.py", cwd=str(ROOT))
    if "--pages" in args:
        return
    folder = VENV / "docs"
    if not python_of(folder).exists():
        run(python_of(VENV), "-m", "venv", folder)
    install(python_of(folder), locked("docs"))
    calm = dict(os.environ, NO_MKDOCS_2_WARNING="1")
    run(python_of(folder), "-m", "mkdocs", "build", "--strict", cwd=str(ROOT), env=calm)
    say("The site is in {}".format(ROOT / "site" / "index.html"))


def bench(args: "list[str]") -> None:
    """Measure ours beside the peers: `bench [planning | evaluation | measurement | simulate] [options]`."""
    begin("bench")
    run(pairup(), "bench", *benched(args))


def benched(args: "list[str]") -> "list[str]":
    """Say what is measured; planning where nothing is said."""
    return (
        args if args[:1] and args[0] in ("planning", "evaluation", "measurement", "simulate") else ["planning", *args]
    )


def words(args: "list[str]") -> None:
    """Compile every domain of the catalogue."""
    locale = ROOT / "src" / "pairup" / "values" / "locale"
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        pybabel = [python_of(VENV).parent / "pybabel", "--quiet", "compile"]
        run(*pybabel, "-i", po, "-o", po.with_suffix(".mo"), "-l", po.parts[-3])
    say("Compiled {} files".format(len(list(locale.glob("*/LC_MESSAGES/*.mo")))))


def lock(args: "list[str]") -> None:
    """Resolve the locks anew: one file for every platform and Python from 3.11 on, with hashes, without addresses."""
    folder = tempfile.mkdtemp(prefix="pairup-lock-")
    try:
        uv = fetch_uv(folder, "-r", str(LOCKS / "setup.in"))
        if uv is None:
            raise Refused("uv, which resolves the locks, could not be fetched. Check the network, then repeat.")
        common = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-emit-index-url",
        ]
        common += ["--no-emit-find-links", "--no-annotate", "--python-version", "{}.{}".format(*FLOOR), *args]
        for level, options in SOURCES.items():
            run(*common, "pyproject.toml", *options, "-o", LOCKS / (level + ".txt"), cwd=str(ROOT))
        run(*common, "--group", "docs", "-o", LOCKS / "docs.txt", cwd=str(ROOT))
        run(*common, LOCKS / "setup.in", "-o", LOCKS / "setup.txt", cwd=str(ROOT))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for path in sorted(LOCKS.glob("*.txt")):
        if "://" in path.read_text(encoding="utf-8"):
            raise Refused("{} names an address; a lock may not.".format(path))
    say("Resolved {}".format(", ".join(path.name for path in sorted(LOCKS.glob("*.txt")))))


NOTE = """pairup without a network
========================

Wheels for Python {python} on {machine}. On a machine like that, in this folder:

    python3 -m venv pairup-environment
    pairup-environment/bin/pip install --no-index --find-links . --require-hashes -r web.txt
    pairup-environment/bin/pip install --no-index --no-deps {own}
    pairup-environment/bin/pairup demo

(on Windows, Scripts\\ in place of bin/). From a checkout of the sources, `python3 dev.py demo --wheels THIS-FOLDER`
does the same. `sha256sum -c SHA256SUMS` checks that the files arrived whole.
"""


def bundle(args: "list[str]") -> None:
    """Collect the wheels of the core and the web (with --test, of the tests too), and pairup's own, with a note."""
    level = "test" if "--test" in args else "web"
    named = [word for word in args if word != "--test"]
    into = Path(named[0] if named else "wheels").resolve()
    if into.exists() and any(into.iterdir()):
        raise Refused("{} is not empty. Name another folder: python3 dev.py bundle FOLDER".format(into))
    into.mkdir(parents=True, exist_ok=True)
    pip = [python_of(VENV), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "download", "--only-binary", ":all:", *locked(level), "--dest", into)
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", into, ROOT)
    shutil.copy(str(LOCKS / "web.txt"), str(into / "web.txt"))
    own = next(into.glob("pairup-*.whl")).name
    note = NOTE.format(python=LINE, machine="{} {}".format(platform.system(), platform.machine()), own=own)
    (into / "INSTALL.txt").write_text(note, encoding="utf-8")
    sums = ["{}  {}".format(hashlib.sha256(p.read_bytes()).hexdigest(), p.name) for p in sorted(into.iterdir())]
    (into / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    say(
        "{} wheels, {:.0f} MB in {}; read INSTALL.txt there".format(
            len(list(into.glob("*.whl"))), size_of(into) / 1e6, into
        )
    )


def size(args: "list[str]") -> None:
    """Say how large the environment is, and what is largest in it."""
    say("{:6.0f} MB  {}".format(size_of(VENV) / 1e6, VENV))
    packages = next(VENV.glob("[lL]ib/**/site-packages"))
    parts = sorted(((size_of(path), path.name) for path in packages.iterdir() if path.is_dir()), reverse=True)
    for amount, name in parts[:10]:
        say("{:6.0f} MB  {}".format(amount / 1e6, name))


COMMANDS = {
    "demo": (demo, "web"),
    "serve": (serve, "web"),
    "test": (test, "test"),
    "lint": (lint, "test"),
    "types": (types, "test"),
    "docs": (docs, "test"),
    "bench": (bench, "peers"),
    "words": (words, "test"),
    "lock": (lock, None),
    "bundle": (bundle, "web"),
    "size": (size, "core"),
}


def take(args: "list[str]", option: str) -> "str | None":
    """Take `--option VALUE` out of the arguments."""
    if option not in args:
        return None
    at = args.index(option)
    if at + 1 == len(args):
        raise Refused("{} needs a folder.".format(option))
    value = args[at + 1]
    del args[at : at + 2]
    return value


def main(args: "list[str]") -> None:
    if not args or args[0] not in COMMANDS:
        say(__doc__ or "")
        raise SystemExit(0 if args and args[0] in ("-h", "--help") else 2)
    require_python()
    name, rest = args[0], args[1:]
    wheels = take(rest, "--wheels")
    only = "--set-up-only" in rest
    command, level = COMMANDS[name]
    if level is None:
        make_venv()
    else:
        set_up(level, Path(wheels).resolve() if wheels else None)
    if not only:
        command(rest)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        say(str(refused))
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        say("Stopped.")
        raise SystemExit(130) from None
