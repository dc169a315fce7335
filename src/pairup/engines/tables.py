"""Tables of any size: DuckDB on this machine, or Spark here or on a cluster. Nothing else knows which one it is.

A table is an Ibis expression [1]; it is computed where it lies when it is fetched, and only what is fetched comes here.
DuckDB keeps to the memory it is given and spills to disk beyond. Every table that is read from files has two columns
more than its file: `_file`, and `_row` as a person counts (a spreadsheet's head line is row 1).

[1] https://ibis-project.org
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pairup.engines.many import SPARK, open_spark
from pairup.errors import InputError

DUCKDB = "duckdb"
#: what DuckDB may hold in memory unless the caller says more
MEMORY = "3GB"
#: names of tables are used once in a process, whichever engine has them
_numbers = itertools.count(1)
#: of files: how they may end
TEXT, COLUMNS = (".csv", ".tsv", ".txt"), (".parquet", ".pq")


@dataclass(slots=True)
class Tables:
    """An open engine. `door` is its Ibis backend; `here` an own DuckDB for what is small (the same one on DuckDB)."""

    engine: str
    door: Any
    here: Any
    session: Any = None
    _kept: list[Any] = field(default_factory=list)

    @property
    def is_spark(self) -> bool:
        return self.session is not None

    def local(self) -> Tables:
        """Give the DuckDB of this machine, for what is small whatever the engine."""
        return Tables(DUCKDB, self.here, self.here) if self.is_spark else self

    def read(self, files: Sequence[Path]) -> Any:
        """Give the rows of Parquet files, typed as they are, or of CSV files, all text. All are of one kind.

        CSV is read on this machine whatever the engine: a cluster is given Parquet.
        """
        if all(file.suffix.lower() in COLUMNS for file in files):
            return self._spark_columns(files) if self.is_spark else self._duckdb_columns(files)
        return self._text(files)

    def take(self, rows: Any) -> Any:
        """Give an Arrow table of this machine as a table of the engine."""
        name = self._name()
        if self.is_spark:
            self.session.createDataFrame(rows).createOrReplaceTempView(name)
        else:
            self.door.con.register(name, rows)
            self._kept.append(rows)
        return self.door.table(name)

    def keep(self, table: Any) -> Any:
        """Compute a table once and give it as a table of the engine, for what is asked again and again."""
        name = self._name()
        if self.is_spark:
            self.session.sql(self.door.compile(table)).cache().createOrReplaceTempView(name)
        else:
            self.door.con.execute(f"CREATE TEMP TABLE {name} AS {self.door.compile(table)}")
        return self.door.table(name)

    def fetch(self, table: Any) -> Any:
        """Compute a table and bring it here as an Arrow table. Refuses what the engine could not read or compute."""
        try:
            return table.to_pyarrow()
        except Exception as fault:
            raise self._not_computed(fault) from fault

    def stream(self, table: Any, rows: int) -> Iterator[Any]:
        """Compute a table and bring it here as Arrow batches of so many rows, in its order; refuses as `fetch`."""
        try:
            yield from table.to_pyarrow_batches(chunk_size=rows)
        except Exception as fault:
            raise self._not_computed(fault) from fault

    def _not_computed(self, fault: Exception) -> InputError:
        said = str(fault).splitlines()[0][:200] if str(fault) else type(fault).__name__
        return InputError(
            f"{self.engine} could not compute this: {said}", hint="Are the files whole, and is there room on disk?",
            code="engines.not-computed", engine=self.engine, fault=said,
        )  # fmt: skip

    def extremes(self, files: Sequence[Path]) -> dict[str, tuple[float, float]]:
        """Give least and most of the columns of Parquet files, as their makers wrote them beside each block of rows.

        Nothing is scanned. A column of which one block says nothing is left out; NaN is never among the extremes.
        """
        if not all(file.suffix.lower() in COLUMNS for file in files):
            return {}
        query = (
            "SELECT path_in_schema, min(TRY_CAST(stats_min_value AS DOUBLE)), max(TRY_CAST(stats_max_value AS DOUBLE)) "
            "FROM parquet_metadata(?) WHERE num_values > coalesce(stats_null_count, 0) GROUP BY 1 "
            "HAVING count(TRY_CAST(stats_min_value AS DOUBLE)) = count(*) "
            "AND count(TRY_CAST(stats_max_value AS DOUBLE)) = count(*)"
        )
        found = self.here.con.execute(query, [[str(file) for file in files]]).fetchall()
        return {str(name): (float(least), float(most)) for name, least, most in found}

    def _name(self) -> str:
        return f"pairup_{next(_numbers)}"

    def _duckdb_columns(self, files: Sequence[Path]) -> Any:
        name = self._name()
        # the names of files are values of a list; quotes in them are doubled
        said = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        query = (
            f"CREATE TEMP VIEW {name} AS SELECT * EXCLUDE (filename, file_row_number), "  # noqa: S608
            "parse_filename(filename) AS _file, file_row_number + 1 AS _row "
            f"FROM read_parquet([{said}], filename = true, file_row_number = true, union_by_name = true)"
        )
        self._run(query, files)
        return self.door.table(name)

    def _spark_columns(self, files: Sequence[Path]) -> Any:
        name = self._name()
        try:
            rows = self.session.read.parquet(*[str(file.absolute()) for file in files])
            rows = rows.selectExpr("*", "_metadata.file_name AS _file", "_metadata.row_index + 1 AS _row")
            rows.createOrReplaceTempView(name)
        except Exception as fault:
            raise _unreadable(files, fault) from fault
        return self.door.table(name)

    def _text(self, files: Sequence[Path]) -> Any:
        """Read CSV as text; rows are numbered as the file has them, the head line being row 1."""
        parts = []
        for file in files:
            mark = "\\t" if file.suffix.lower() == ".tsv" else ","
            said = "'" + str(file).replace("'", "''") + "'"
            own = "'" + file.name.replace("'", "''") + "'"
            parts.append(
                f"SELECT *, {own} AS _file, row_number() OVER () + 1 AS _row "  # noqa: S608
                f"FROM read_csv({said}, all_varchar = true, header = true, delim = '{mark}', null_padding = false)"
            )
        name = self._name()
        self._run(f"CREATE TEMP TABLE {name} AS " + " UNION ALL BY NAME ".join(parts), files)
        rows = self.here.table(name)
        return self.take(rows.to_pyarrow()) if self.is_spark else rows

    def _run(self, query: str, files: Sequence[Path]) -> None:
        try:
            self.here.con.execute(query)
        except Exception as fault:
            raise _unreadable(files, fault) from fault


def _unreadable(files: Sequence[Path], fault: Exception) -> InputError:
    names, said = ", ".join(file.name for file in files[:3]), str(fault).splitlines()[0][:200]
    return InputError(
        f"{names} cannot be read: {said}", hint="Save it as UTF-8 CSV with a head line, or as Parquet.",
        code="engines.unreadable", files=names, fault=said,
    )  # fmt: skip


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Give the files that paths name, in order; a folder stands for the Parquet files in it, or else its CSV files.

    Refuses what is not there, what is neither CSV nor Parquet, and both kinds in one call.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            within = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith(("_", ".")))
            columns = [each for each in within if each.suffix.lower() in COLUMNS]
            found += columns or [each for each in within if each.suffix.lower() in TEXT]
        elif path.is_file():
            found.append(path)
    kinds = {each.suffix.lower() in COLUMNS for each in found if each.suffix.lower() in (*COLUMNS, *TEXT)}
    lacking = [str(path) for path in paths if not path.exists()]
    other = [each.name for each in found if each.suffix.lower() not in (*COLUMNS, *TEXT)]
    if lacking or other or not found or len(kinds) != 1:
        what = ", ".join(lacking or other or [str(path) for path in paths])
        raise InputError(
            f"There are no tables to read in {what}.", hint="Give CSV files, or Parquet files or folders; not both.",
            code="engines.no-tables", what=what,
        )  # fmt: skip
    return found


@contextmanager
def tables_on(
    engine: str = DUCKDB, *, memory: str = MEMORY, threads: int | None = None, folder: Path | None = None
) -> Iterator[Tables]:
    """Open an engine for tables: `duckdb`, `local[2]` (Spark on two cores), or the address of a Spark cluster.

    Parameters
    ----------
    memory, threads : what DuckDB may use, as `4GB`; every core unless said. Spark has its own settings.
    folder : where DuckDB spills what does not fit; a folder of its own that is removed at the end, unless said.

    Refuses any other engine, and Spark where it is not installed.
    """
    import ibis

    if engine != DUCKDB and not engine.startswith(SPARK):
        raise InputError(
            f"{engine!r} is no engine of tables.", hint="Say duckdb, local[2] or spark://HOST:PORT.",
            code="engines.no-engine", engine=engine,
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pairup-", dir=folder, ignore_cleanup_errors=True) as spill:
        settings: dict[str, Any] = {"memory_limit": memory, "temp_directory": spill}
        if threads is not None:
            settings["threads"] = threads
        try:
            here = ibis.duckdb.connect(":memory:", **settings)
        except Exception as fault:
            said = str(fault).splitlines()[0]
            raise InputError(
                f"DuckDB cannot be opened so: {said}", hint="Write memory as 4GB, threads as a whole number.",
                code="engines.not-opened", fault=said,
            ) from fault  # fmt: skip
        here.con.execute("SET enable_progress_bar = false")  # nothing but what is asked is printed
        try:
            if engine == DUCKDB:
                yield Tables(engine, here, here)
            else:
                session = open_spark(engine, ("pyspark",))
                session.conf.set("spark.sql.session.timeZone", "UTC")
                session.conf.set("spark.sql.ansi.enabled", "false")  # what cannot be divided is missing, as on DuckDB
                cores = session.sparkContext.defaultParallelism
                parts = cores if engine.startswith("local[") else 4 * cores
                session.conf.set("spark.sql.shuffle.partitions", str(max(2, parts)))
                session.sparkContext.setLogLevel("ERROR")
                yield Tables(engine, ibis.pyspark.connect(session), here, session)
        finally:
            here.disconnect()
