"""How fast books of customers are made, as a Markdown table: `python benchmarks/generate.py [--peers] [--million N]`.
With `--peers` lifetimes' generator takes turns with ours, and ratios are taken pair by pair: one process by processor time,
which other work on the machine disturbs less, and all processors against the peer's one by the clock on the wall."""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from run import peer_environment

PEER = """
import sys, time, warnings
warnings.filterwarnings("ignore")
from lifetimes.generate_data import pareto_nbd_model
from lifetimes.utils import summary_data_from_transaction_data  # part of the peer's usual path; imported outside the clock
import lifetimes, numpy
n = int(sys.argv[1])
numpy.random.seed(1)
pareto_nbd_model(450, .9, 75, 1.1, 500, size=100)
begun, busy = time.perf_counter(), time.process_time()
data = pareto_nbd_model(450, .9, 75, 1.1, 500, size=n)
print(lifetimes.__version__, len(data), time.perf_counter() - begun, time.process_time() - busy)
"""


OURS, THEIRS = 200_000, 20_000  # customers a run: each takes a second or so


def _count(job: tuple[int, int]) -> int:
    from rapport.simulation import Aurora
    from rapport.simulation.aurora.engine import make_block

    customers, number = job
    return len(make_block(Aurora(customers=customers), 1, number, tables=("customers", "orders")).tables["orders"]["order_no"])


def customers_and_orders(customers: int, workers: int) -> tuple[float, int]:
    """Orders and seconds for customers and orders with their truth, as arrays; one process is timed by its processor time."""
    jobs = [(customers, number) for number in range(-(-customers // 4096))]
    if workers == 1:
        _count(jobs[0])  # calendars and name lists are read once
        begun = time.process_time()
        return sum(map(_count, jobs)), time.process_time() - begun
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_count, jobs[: workers * 4]))
        begun = time.perf_counter()
        return sum(pool.map(_count, jobs, chunksize=4)), time.perf_counter() - begun


def against_peer(python: str, runs: int, workers: int) -> list[str]:
    """Rows of the peer and of ours, turn by turn, and what the ratios of customers a second come to."""
    taken: dict[str, list[float]] = {"peer, wall": [], "peer, processor": [], "one": [], "all": []}
    for _ in range(runs):
        version, _, wall, busy = subprocess.run([python, "-c", PEER, str(THEIRS)], capture_output=True, text=True, check=True).stdout.split()
        orders, one = customers_and_orders(OURS, 1)
        for name, seconds in zip(taken, (float(wall), float(busy), one, customers_and_orders(OURS, workers)[1]), strict=True):
            taken[name].append(seconds)
    show = lambda text, customers, name: print(f"| {text} | {customers:,} | {(s := statistics.median(taken[name])):.2f} | {customers / s:,.0f} | | | | |")  # noqa: E731
    show(f"lifetimes {version}, Pareto/NBD generator, one table (processor time)", THEIRS, "peer, processor")
    show(f"customers and orders with truth ({orders:,} orders), 1 process (processor time)", OURS, "one")
    show("lifetimes, the same (wall)", THEIRS, "peer, wall")
    show(f"customers and orders with truth, {workers} processes (wall)", OURS, "all")
    notes = []
    for text, peer, ours in (("1 process, by processor time", "peer, processor", "one"), (f"{workers} processes against the peer's one, by the wall", "peer, wall", "all")):
        ratios = [theirs / THEIRS * OURS / mine for theirs, mine in zip(taken[peer], taken[ours], strict=True)]
        notes.append(f"{text}: {statistics.median(ratios):.1f} times the peer's customers a second (median of {runs} pairs; {min(ratios):.1f} to {max(ratios):.1f}).")
    return notes


WRITE = """
import json, resource, sys, time
from rapport.simulation import Aurora, write_stream
from rapport.simulation.aurora.tables import ARRAYS
begun = time.perf_counter()
rows = write_stream(Aurora(customers=int(sys.argv[2])), 1, sys.argv[1], truth=True, format=sys.argv[3], workers=int(sys.argv[4]))
seconds = time.perf_counter() - begun
values = sum(rows[table] * len(ARRAYS[table]) for table in ARRAYS) + rows["customers"] * 25
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
busy = sum(each.ru_utime + each.ru_stime for each in used)
print(json.dumps({"seconds": seconds, "busy": busy, "values": values, "peak": max(each.ru_maxrss for each in used)}))
"""


def full_book(customers: int, format: str, workers: int) -> dict[str, float]:
    """Seconds on the wall and of all processors, values, bytes and the largest process of writing a full book with truth."""
    import json

    folder = Path(tempfile.mkdtemp(prefix="rapport-book-"))
    try:
        found = subprocess.run([sys.executable, "-c", WRITE, str(folder), str(customers), format, str(workers)], capture_output=True, text=True, check=True)
        written = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return json.loads(found.stdout) | {"bytes": written}
    finally:
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="measure lifetimes as well (installed into benchmarks/.peers)")
    parser.add_argument("--runs", type=int, default=7, help="pairs of runs with the peer (default 7)")
    parser.add_argument("--million", type=float, default=0.2, help="customers of the largest full book, in millions; 0 leaves it out")
    parser.add_argument("--format", default="csv", choices=("csv", "parquet"))
    options = parser.parse_args()
    workers = os.cpu_count() or 1
    print(f"{workers} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n")
    print("| Work | Customers | Seconds | Customers a second | … of processor time | Values a second | MB a second | Largest process, MiB |\n|---|---|---|---|---|---|---|---|")
    if options.peers:
        notes = against_peer(peer_environment("lifetimes"), options.runs, workers)
    else:
        notes = []
        for count in sorted({1, workers}):
            orders, seconds = customers_and_orders(OURS, count)
            print(f"| customers and orders with truth, {count} process{'es' * (count > 1)} ({orders:,} orders) | {OURS:,} | {seconds:.2f} | {OURS / seconds:,.0f} | | | | |")
    for customers in sorted({20_000, int(options.million * 250_000), int(options.million * 1_000_000)} if options.million else {}):
        found = full_book(customers, options.format, workers)
        rate, values, volume = (found_value / found["seconds"] for found_value in (customers, found["values"], found["bytes"]))
        print(
            f"| full book with truth to {options.format}, {workers} processes | {customers:,} | {found['seconds']:.1f} | {rate:,.0f} | {customers / found['busy']:,.0f} | {values:,.0f} "
            f"| {volume / 1e6:.1f} | {found['peak'] / 1024:.0f} |"
        )
    print("", *notes, sep="\n")
    print(f"\nThis process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB.")


if __name__ == "__main__":
    main()
