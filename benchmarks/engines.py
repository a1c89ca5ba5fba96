"""Measures the same three tables on each engine at several sizes, each in a process of its own, from one Parquet file;
writes benchmarks/results-engines.md. Reading the file is part of the time. Spark, if installed: add --spark.

    python benchmarks/engines.py --sizes 100000 1000000 8000000
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from run import END, make_orders  # noqa: E402

TABLES = ("cohort_table", "rfm", "purchase_summary")


def load(engine: str, path: str):
    if engine == "pandas":
        import pandas as pd

        return pd.read_parquet(path)
    if engine == "polars":
        import polars as pl

        return pl.scan_parquet(path)
    if engine == "duckdb":
        import duckdb

        return duckdb.read_parquet(path)
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "4g").config("spark.sql.shuffle.partitions", "8").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session.read.parquet(path)


def finish(engine: str, table) -> int:
    """Rows of a result, once it is there in full."""
    if engine == "pandas":
        return len(table)
    if engine == "polars":
        return len(table.collect())
    if engine == "duckdb":
        return table.aggregate("count(*), " + ", ".join(f'count(DISTINCT "{name}")' for name in table.columns[1:])).fetchall()[0][0]
    table.write.format("noop").mode("overwrite").save()
    return -1


def measure(engine: str, path: str) -> None:
    import resource

    from rapport import metrics

    taken = {}
    for name in TABLES:
        seconds = []
        for _ in range(2):  # the first also warms up
            begin = time.perf_counter()
            finish(engine, getattr(metrics, name)(load(engine, path), end=END))
            seconds.append(time.perf_counter() - begin)
        taken[name] = seconds[-1]
    print(json.dumps(taken | {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 8_000_000])
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(*options.measure)
    lines = ["# The same tables on each engine, from a Parquet file", "", f"Command: `python benchmarks/engines.py {' '.join(sys.argv[1:])}`. Second run of two; seconds; peak memory of the process with all three (Spark: without its Java side).", "",
             "| Orders | Engine | Cohort table | Recency, frequency, money | Purchase summary | Peak memory, MiB |", "|---|---|---|---|---|---|"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            path = Path(folder) / f"{size}.parquet"
            make_orders(size, path)
            for engine in ("pandas", "polars", "duckdb", *(["spark"] if options.spark else [])):
                done = subprocess.run([sys.executable, __file__, "--measure", engine, str(path)], capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{engine} at {size:,}: {done.stderr.strip()[-400:]}")
                found = json.loads(done.stdout.strip().splitlines()[-1])
                lines.append(f"| {size:,} | {engine} | " + " | ".join(f"{found[name]:.2f}" for name in TABLES) + f" | {found['peak_mib']:,.0f} |")
                print(lines[-1], flush=True)
    (Path(__file__).parent / "results-engines.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return None


if __name__ == "__main__":
    main()
