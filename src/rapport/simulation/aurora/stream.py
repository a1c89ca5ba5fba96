"""Writing a book of any size: part by part, in constant memory, by several workers, and taken up again after a kill.
A part is a fixed run of blocks; its files appear whole or not at all, and its note in ``parts/`` only after all of them."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rapport.content import ContentError, write_text
from rapport.simulation.aurora.engine import blocks, make_block
from rapport.simulation.aurora.firm import Aurora
from rapport.simulation.aurora.policy import Policy
from rapport.simulation.aurora.tables import TABLES, data_package, make_frame
from rapport.simulation.luck import Luck

PART_BLOCKS = 16  # 65,536 customers a part: a kill costs at most the parts in work
FORMATS = ("csv", "parquet")
NEEDS_PYARROW = "Parquet needs the library pyarrow, which is not installed: pip install pyarrow, or write csv."


def write_stream(
    firm: Aurora,
    seed: int,
    folder: Path | str,
    *,
    policy: Policy | None = None,
    format: str = "csv",
    tables: Iterable[str] = tuple(TABLES),
    truth: bool = False,
    workers: int = 1,
    part_blocks: int = PART_BLOCKS,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, int]:
    """Write a full book of any size into `folder`.

    A book of one part is written as ``orders.csv`` and so on, a larger one as ``orders/part-00000.csv`` and so on, each part
    with its own header. The rows, and their order, are those of ``simulate(firm, seed, policy).book``, whatever the size of
    a part and the number of workers. Called again on a folder that a killed run left behind, it makes only what is missing.

    Parameters
    ----------
    firm, seed, policy
        As in `rapport.simulation.simulate`.
    folder : Path or str
        Made when it does not exist.
    format : {'csv', 'parquet'}
        Parquet needs pyarrow.
    tables : names of tables
        Which to write.
    truth : bool
        Also write the hidden truth of each customer, as table ``truth_customers``.
    workers : int
        Processes to use.
    part_blocks : int
        Blocks of 4,096 customers in a part.
    progress : callable, optional
        Called with (text, customers done, customers in all).

    Returns
    -------
    dict of str to int
        Rows of each table.

    Raises
    ------
    ContentError
        When the folder holds another book, a table or format is unknown, pyarrow is missing, or the disk refuses.
    """
    folder, names = Path(folder), tuple(tables)
    Luck(seed)  # a seed that is none is refused before anything is written
    if unknown := [name for name in names if name not in TABLES]:
        raise ContentError(f"found {', '.join(unknown)}; the tables are {', '.join(TABLES)}.", key="tables")
    if format not in FORMATS:
        raise ContentError(f"found {format!r}; a book is written as {' or '.join(FORMATS)}.", key="format")
    for key, value in (("workers", workers), ("part_blocks", part_blocks)):
        if not isinstance(value, int) or value < 1:
            raise ContentError(f"found {value!r}; it must be a whole number above 0.", key=key)
    if format == "parquet":
        _pyarrow()
    policy = policy or Policy()
    described = {"firm": asdict(firm), "seed": int(seed), "policy": asdict(policy), "format": format, "tables": names, "truth": truth, "part_blocks": part_blocks}
    note = json.dumps(described, indent=1, sort_keys=True, default=list) + "\n"
    mark = folder / "book.json"
    if mark.exists() and mark.read_text(encoding="utf-8") != note:
        raise ContentError("describes another book than the one asked for; choose another folder, or empty this one.", mark)
    if not mark.exists():
        write_text(mark, note)

    count = -(-blocks(firm) // part_blocks)
    single = count == 1
    todo = [part for part in range(count) if not (folder / "parts" / f"{part:05d}.json").exists()]
    size = part_blocks * 4096
    done = sum(min(size, firm.customers - part * size) for part in range(count) if part not in todo)
    tell = progress or (lambda text, now, total: None)
    tell("customers", done, firm.customers)
    jobs = [(firm, seed, policy, folder, format, names, truth, part, part_blocks, single) for part in todo]
    for part in _run(jobs, workers):
        done += min(size, firm.customers - part * size)
        tell("customers", done, firm.customers)
    return _finish(folder, count, format)


def _run(jobs: list[tuple], workers: int) -> Iterable[int]:
    if workers == 1 or len(jobs) < 2:
        yield from (_write_part(*job) for job in jobs)
        return
    with ProcessPoolExecutor(workers, initializer=_end_with, initargs=(os.getpid(),)) as pool:
        waiting, rest = set(), iter(jobs)
        try:
            for job in rest:
                waiting.add(pool.submit(_write_part, *job))
                if len(waiting) > workers:  # two for each worker would only hold work back after Ctrl-C
                    finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in finished)
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in finished)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_with(parent: int) -> None:
    """Let this worker end when the process that asked for it is gone: killed, it cannot tell its workers, and a new run must not meet them."""
    first = os.getppid()

    def watch() -> None:
        while os.getppid() == first:
            time.sleep(0.5)
        os._exit(1)

    if first == parent:  # under a fork server the parent is another one, which ends by itself
        threading.Thread(target=watch, daemon=True).start()


def _write_part(
    firm: Aurora, seed: int, policy: Policy, folder: Path, format: str, names: tuple[str, ...], truth: bool, part: int, part_blocks: int, single: bool
) -> int:
    files = {name: f"{name}.{format}" if single else f"{name}/part-{part:05d}.{format}" for name in (*names, *(["truth_customers"] if truth else []))}
    made: dict[str, dict[str, Any]] = {}
    writer = _CsvFile if format == "csv" else _ParquetFile
    try:
        with ExitStack() as stack:
            opened = {name: stack.enter_context(writer(folder / file)) for name, file in files.items()}
            for number in range(part * part_blocks, min((part + 1) * part_blocks, blocks(firm))):
                block = make_block(firm, seed, number, policy, names)
                for name in names:
                    opened[name].add(make_frame(name, block.tables[name]))
                if truth:
                    opened["truth_customers"].add(_plain(block.truth))
            for name, file in opened.items():
                made[name] = {"file": files[name], "rows": file.rows, "sha256": file.close()}
    except OSError as error:
        raise ContentError(f"cannot be written: {error.strerror}. What was finished stays; run the same command again to go on.", folder) from None
    write_text(folder / "parts" / f"{part:05d}.json", json.dumps(made, indent=1) + "\n")
    return part


def _finish(folder: Path, count: int, format: str) -> dict[str, int]:
    rows: dict[str, int] = {}
    files: dict[str, list[str]] = {}
    sums = []
    for part in range(count):
        for name, made in json.loads((folder / "parts" / f"{part:05d}.json").read_text(encoding="utf-8")).items():
            rows[name] = rows.get(name, 0) + made["rows"]
            files.setdefault(name, []).append(made["file"])
            sums.append((made["file"], made["sha256"]))
    package = data_package({name: paths for name, paths in files.items() if name in TABLES}, format)
    write_text(folder / "datapackage.json", package)
    sums.append(("datapackage.json", hashlib.sha256(package.encode()).hexdigest()))
    write_text(folder / "SHA256SUMS", "".join(f"{digest}  {file}\n" for file, digest in sums))
    return rows


def read_stream(folder: Path | str, table: str) -> pd.DataFrame:
    """A table that `write_stream` has written, all parts in order; for books that fit into memory.

    Raises
    ------
    ContentError
        When the folder holds no finished book with that table.
    """
    folder = Path(folder)
    try:
        resources = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    except (OSError, ValueError):
        raise ContentError("holds no finished book; write it with rapport simulate.", folder) from None
    found = {resource["name"]: resource for resource in resources}
    if table not in found:
        raise ContentError(f"found no table {table!r}; there are {', '.join(found)}.", folder)
    paths = found[table]["path"]
    kinds = {each["name"]: {"integer": "int64", "string": "str"}[each["type"]] for each in found[table]["schema"]["fields"]}
    parts = []
    for path in [paths] if isinstance(paths, str) else paths:
        if path.endswith(".csv"):
            parts.append(pd.read_csv(folder / path, dtype=kinds, keep_default_na=False))
        else:
            _pyarrow()
            parts.append(pd.read_parquet(folder / path).astype(kinds))
    return pd.concat(parts, ignore_index=True)


def _plain(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({name: column.astype(np.int64) if column.dtype == bool else column for name, column in columns.items()})


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise ContentError(NEEDS_PYARROW, key="format") from None
    return pyarrow


class _CsvFile:
    """A CSV file that grows block by block under another name and takes its own when it is closed."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.temporary, self.rows, self.sum = path, path.with_name(f".{path.name}.unfinished"), 0, hashlib.sha256()
        self.file = open(self.temporary, "wb")

    def __enter__(self) -> _CsvFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.temporary.unlink(missing_ok=True)

    def add(self, frame: pd.DataFrame) -> None:
        data = frame.to_csv(index=False, header=not self.file.tell(), lineterminator="\n").encode()
        self.sum.update(data)
        self.file.write(data)
        self.rows += len(frame)

    def close(self) -> str:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.replace(self.temporary, self.path)
        return self.sum.hexdigest()


class _ParquetFile:
    """The same for Parquet: one row group for each block."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.temporary, self.rows, self.writer = path, path.with_name(f".{path.name}.unfinished"), 0, None

    def __enter__(self) -> _ParquetFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self.writer is not None:
            self.writer.close()
        self.temporary.unlink(missing_ok=True)

    def add(self, frame: pd.DataFrame) -> None:
        arrow = _pyarrow()
        table = arrow.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        table = table.cast(arrow.schema([(each.name, arrow.string() if arrow.types.is_large_string(each.type) else each.type) for each in table.schema]))
        if self.writer is None:
            self.writer = arrow.parquet.ParquetWriter(self.temporary, table.schema, compression="zstd")
        self.writer.write_table(table)
        self.rows += len(frame)

    def close(self) -> str:
        self.writer.close()
        self.writer = None
        with open(self.temporary, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.replace(self.temporary, self.path)
        return digest
