"""The one page of words that lies in every archive."""

from __future__ import annotations

FORMAT_PAGE = """\
ARCHIVE OF A PROGRAMME OF PAIRED ASSISTANCE, YEAR {year}
====================================================

This folder holds everything that the record held at the end of {year} (before {after}-01-01, 00:00 UTC): every version
of every row, also those that were corrected since they were recorded. You need no special program to read it.

*.csv             one table each: UTF-8, a header, cells apart by commas, rows ended by CR LF (RFC 4180).
archive.json      every table and column: what it says, how its cells are written, which table a code belongs to.
codes.json        the closed lists: which words a column of kind "choice" may hold.
journal.jsonl     what was done, one entry a line in order: when, which command, by which office, which rows.
checkpoints.jsonl what was signed of the journal and given to the offices, one note a line.
files/            what is too long for a cell, each file called by its SHA-256.
attachments/      documents, each called by its SHA-256.
datapackage.json  the same tables for programs that know Frictionless Data.
SHA256SUMS        a checksum of every file here. `sha256sum -c SHA256SUMS` checks them.
read_archive.py   checks all of this with Python alone: `python3 read_archive.py`. It is short; read it first.

HOW TO READ A ROW. `code` is the name of a thing, `version` counts what was recorded of it. A row says what was held
true from `recorded_at` until `superseded_at` (empty: still at the end of the year). `from` and `to` say when it was
true in the world, the last day included, or `day` when it happened. Days may be known by the month or year only:
2016-07, 2016. Amounts are decimal numbers in the `currency` beside them. Text that begins with = + - @ has an
apostrophe before it, which is no part of the text. `standing` says how well a row is known, `source` who says so,
`is_synthetic` that it is made up. `entry` is the number of the journal entry that recorded the row.

WHAT PROVES IT. An entry's `leaf` is JSON. Under `rows` it gives, for each table, how many rows it added and a digest:
SHA-256 over the SHA-256 of each of these rows in the table's order, a row being the JSON of its fields with sorted keys
(read_archive.py builds it). `hash` is SHA-256 of a zero byte and the leaf. The hashes form a tree (RFC 9162); its head
stands in the checkpoints, and other offices have them on paper. What is personal enters the journal as a sealed digest
only, so that it could be erased.

TO USE IT AGAIN. `pairup load THIS-FOLDER --record new.sqlite3` gives an equal record.
"""
