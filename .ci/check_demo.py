"""Check what a demo wrote, from outside: the record, both pages, and what they may not hold."""

from __future__ import annotations

import re
import sys
from pathlib import Path

LARGEST = 10_000_000


def findings(folder: Path) -> list[str]:
    """Say what is wrong with a demo's folder."""
    record, office, public = (folder / name for name in ("record.sqlite3", "report/index.html", "report/public.html"))
    missing = [f"{path} is missing" for path in (record, office, public) if not path.is_file()]
    if missing:
        return missing
    found = [] if record.read_bytes()[:16] == b"SQLite format 3\x00" else [f"{record} is no SQLite file"]
    for page in (office, public):
        text = page.read_text(encoding="utf-8")
        if page.stat().st_size > LARGEST:
            found.append(f"{page} is {page.stat().st_size:,} bytes, over {LARGEST:,}")
        found += [f"{page} loads {address}" for address in loaded(text)]
        found += [f"{page} does not say {word}" for word in ("Synthetic", "合成") if word.lower() not in text.lower()]
        found += [
            f"{page} shows an unfilled template: {hole}" for hole in re.findall(r">[^<>]*\{[a-z_]+\}[^<>]*<", text)[:3]
        ]
        found += [f"{page} links to {link}, which is not there" for link in sorted(broken(page, text))[:5]]
    for page in sorted((folder / "report" / "rows").rglob("*.html")):
        found += [f"{page} loads {address}" for address in loaded(page.read_text(encoding="utf-8"))]
    return found


def loaded(text: str) -> list[str]:
    """Addresses outside the page that a browser would fetch by itself; a link a reader follows is not one."""
    outside = (
        r"""<(?:script|img|iframe|source|video|audio|object|embed)\b[^>]*\b(?:src|data)\s*=\s*["'](https?:[^"']+)"""
    )
    sheets = r"""<link\b[^>]*\bhref\s*=\s*["'](https?:[^"']+)"""
    styles = r"""(?:@import\s+|url\()\s*["']?(https?:[^"')]+)"""
    return [address for pattern in (outside, sheets, styles) for address in re.findall(pattern, text)]


def broken(page: Path, text: str) -> set[str]:
    """Links to files and anchors beside the page that lead nowhere."""
    ids = {page.resolve(): set(re.findall(r"""\bid=["']([^"']+)""", text))}
    lost = set()
    for link in set(re.findall(r"""\bhref=["']([^"']+)""", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page.resolve()
        if target not in ids:
            if not target.is_file():
                lost.add(link)
                continue
            html = target.suffix == ".html"
            ids[target] = (
                set(re.findall(r"""\bid=["']([^"']+)""", target.read_text(encoding="utf-8"))) if html else set()
            )
        if anchor and target.suffix == ".html" and anchor not in ids[target]:
            lost.add(link)
    return lost


if __name__ == "__main__":
    said = findings(Path(sys.argv[1]))
    for line in said:
        print(line)
    print(f"{sys.argv[1]}: {len(said)} findings")
    sys.exit(1 if said else 0)
