"""Writing a full book of any size: the same rows whatever the parts and workers, constant memory, and on after a kill."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from rapport.content import ContentError
from rapport.simulation import Aurora, Policy, read_stream, simulate, write_book, write_stream
from rapport.simulation.aurora import stream
from rapport.simulation.aurora.tables import TABLES
from rapport.simulation.luck import BLOCK

FIRM = Aurora(customers=2 * BLOCK + 500)  # two blocks and a piece
WANTED = ("customers", "orders", "crm")


def digests(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write_stream(FIRM, 4, folder, tables=WANTED, part_blocks=1)
    return folder


def test_a_book_of_one_part_is_the_book_that_is_made_in_memory(tmp_path):
    firm = Aurora(customers=300)
    rows = write_stream(firm, 4, tmp_path / "stream")
    write_book(simulate(firm, 4).book, tmp_path / "memory")
    for name in (*(f"{table}.csv" for table in TABLES), "datapackage.json", "SHA256SUMS"):
        one, other = ((tmp_path / folder / name).read_text(encoding="utf-8") for folder in ("stream", "memory"))
        assert sorted(one.splitlines()) == sorted(other.splitlines()), name
    assert rows["customers"] == 300 and set(rows) == set(TABLES)


def test_rows_do_not_depend_on_the_size_of_parts(whole, tmp_path):
    write_stream(FIRM, 4, tmp_path, tables=WANTED, part_blocks=2)
    assert len(list((whole / "orders").iterdir())) == 3 and len(list((tmp_path / "orders").iterdir())) == 2
    book = simulate(FIRM, 4).book
    for table in WANTED:
        assert_frame_equal(read_stream(whole, table), read_stream(tmp_path, table))
        assert_frame_equal(read_stream(whole, table), getattr(book, table))


def test_files_do_not_depend_on_the_number_of_workers(whole, tmp_path):
    write_stream(FIRM, 4, tmp_path, tables=WANTED, part_blocks=1, workers=2)
    assert digests(tmp_path) == digests(whole)


def test_checksums_are_those_of_the_files(whole):
    lines = [line.split("  ") for line in (whole / "SHA256SUMS").read_text().splitlines()]
    assert len(lines) == 3 * len(WANTED) + 1
    for digest, name in lines:
        assert hashlib.sha256((whole / name).read_bytes()).hexdigest() == digest


def test_a_killed_run_goes_on_and_ends_with_the_same_files(whole, tmp_path):
    script = (
        "import sys, time\n"
        "from rapport.simulation import Aurora, write_stream\n"
        "rest = lambda *_: time.sleep(0.5)\n"  # after each part, so that there is time for the kill
        f"write_stream(Aurora(customers={FIRM.customers}), 4, sys.argv[1], tables={WANTED!r}, part_blocks=1, progress=rest)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    first = tmp_path / "parts" / "00000.json"
    while not first.exists() and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert first.exists() and not (tmp_path / "SHA256SUMS").exists(), "the run was over before it could be killed"
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("part-00000.csv")}
    told = []
    write_stream(FIRM, 4, tmp_path, tables=WANTED, part_blocks=1, progress=lambda text, now, total: told.append((now, total)))
    assert digests(tmp_path) == digests(whole)
    assert told[0][0] >= BLOCK and told[-1] == (FIRM.customers, FIRM.customers)
    assert {path: path.stat().st_mtime_ns for path in finished} == finished, "a finished part was made again"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are looked up in /proc, which only Linux has")
def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    script = (
        "import sys\n"
        "from rapport.simulation import Aurora, write_stream\n"
        "if __name__ == '__main__':\n"
        "    write_stream(Aurora(customers=2_000_000), 4, sys.argv[1], part_blocks=1, workers=2)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    while not list(tmp_path.glob("parts/0*.json")) and process.poll() is None:
        time.sleep(0.02)
    children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    process.kill()
    process.wait()
    assert len(children) >= 2
    deadline = time.monotonic() + 20
    while (left := [pid for pid in children if Path(f"/proc/{pid}").exists()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def test_a_stop_in_the_middle_of_a_part_leaves_none_of_its_files(tmp_path, monkeypatch):
    make, made = stream.make_block, []

    def stopped(*arguments):
        made.append(1)
        if len(made) == 2:
            raise KeyboardInterrupt
        return make(*arguments)

    monkeypatch.setattr(stream, "make_block", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_stream(FIRM, 4, tmp_path, tables=WANTED, part_blocks=2)
    assert not list(tmp_path.rglob("*.csv")) and not list(tmp_path.rglob("*unfinished"))


def test_a_folder_with_another_book_is_left_alone(whole):
    before = digests(whole)
    for other in (dict(seed=5), dict(policy=Policy(programme="off")), dict(firm=Aurora(customers=100))):
        with pytest.raises(ContentError, match="book.json: describes another book"):
            write_stream(**{"firm": FIRM, "seed": 4, "folder": whole, "tables": WANTED, "part_blocks": 1} | other)
    assert digests(whole) == before


def test_the_truth_is_written_only_when_asked_for(tmp_path):
    write_stream(Aurora(customers=50), 4, tmp_path / "with", tables=("orders",), truth=True)
    truth = pd.read_csv(tmp_path / "with" / "truth_customers.csv")
    known = simulate(Aurora(customers=50), 4).truth.customers
    assert list(truth.customer_id) == list(known.customer_id) and truth.order_rate.to_numpy() == pytest.approx(known.order_rate.to_numpy())
    write_stream(Aurora(customers=50), 4, tmp_path / "without", tables=("orders",))
    assert not list((tmp_path / "without").glob("truth*"))
    assert "truth_customers" not in (tmp_path / "with" / "datapackage.json").read_text()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process's memory is read from /proc, which only Linux has")
def test_memory_does_not_grow_with_the_number_of_customers(tmp_path):
    script = (
        "import re, sys\n"
        "from rapport.simulation import Aurora, write_stream\n"
        "write_stream(Aurora(customers=int(sys.argv[2])), 1, sys.argv[1])\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
    )
    peaks = []
    for customers in (2 * BLOCK, 8 * BLOCK):
        found = subprocess.run([sys.executable, "-c", script, str(tmp_path / str(customers)), str(customers)], capture_output=True, text=True, check=True)
        peaks.append(int(found.stdout) / 1024)
    assert peaks[1] < 1.25 * peaks[0] and peaks[1] < 600, peaks


def test_parquet_holds_the_same_rows_or_says_how_to_get_it(whole, tmp_path):
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        with pytest.raises(ContentError, match="pip install pyarrow, or write csv"):
            write_stream(FIRM, 4, tmp_path, format="parquet")
        assert not list(tmp_path.iterdir())
        return
    write_stream(FIRM, 4, tmp_path, tables=WANTED, part_blocks=1, format="parquet")
    for table in WANTED:
        assert_frame_equal(read_stream(whole, table), read_stream(tmp_path, table))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "xlsx"}, "'xlsx'; a book is written as csv or parquet"),
        ({"tables": ("orders", "moons")}, "tables: found moons; the tables are customers"),
        ({"workers": 0}, "workers: found 0"),
        ({"part_blocks": 1.5}, "part_blocks: found 1.5"),
        ({"seed": -1}, "seed -1 cannot be used"),
    ],
)
def test_what_cannot_be_written_is_named_before_anything_is(change, message, tmp_path):
    with pytest.raises(ContentError, match=message):
        write_stream(**{"firm": FIRM, "seed": 4, "folder": tmp_path / "book"} | change)
    assert not (tmp_path / "book").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(ContentError, match="cannot be written"):
        write_stream(Aurora(customers=10), 1, tmp_path / "taken" / "book")


def test_reading_says_what_there_is(whole, tmp_path):
    with pytest.raises(ContentError, match="no finished book"):
        read_stream(tmp_path, "orders")
    with pytest.raises(ContentError, match="no table 'contacts'; there are customers, orders, crm"):
        read_stream(whole, "contacts")


def test_the_command_writes_a_book_and_goes_on_where_it_stopped(tmp_path):
    command = [sys.executable, "-c", "from rapport.cli import main; main()", "simulate", "--preset", "aurora", "--customers", "1_000", "--out", str(tmp_path)]
    first = subprocess.run(command, capture_output=True, text=True)
    assert first.returncode == 0 and "simulated, seed 1" in first.stdout, first.stderr
    assert first.stderr == ""  # quiet in a pipe
    before = digests(tmp_path)
    assert len(json.loads((tmp_path / "datapackage.json").read_text())["resources"]) == len(TABLES)
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0 and digests(tmp_path) == before
    other = subprocess.run([*command, "--seed", "2"], capture_output=True, text=True)
    assert other.returncode in (1, 2) and "describes another book" in other.stderr and "Traceback" not in other.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--customers", "many"], "'many' customers; give a whole number"), (["--customers", "2_000_000", "--preset", "recovery"], "at most 1_000_000"), (["--to", "xlsx"], "csv or parquet")],
)
def test_the_command_names_what_it_cannot_do(options, message, tmp_path, capsys):
    from rapport.cli import run

    assert run(["simulate", "--out", str(tmp_path), *options]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())
