"""Measures the metrics against what one would write by hand, and the models against their peers; writes benchmarks/results.md.

    make benchmark                         one million orders and customers
    make benchmark ARGS="--orders 32000000 --memory 6GB"    the large run, from a Parquet file
    make benchmark ARGS="--peers"          also lifetimes and pymc-marketing, each in an environment of its own

Both sides of a row run one after the other, in turn, in the same process tree; the median of the runs counts, and of the
ratios that of the pairs. On a machine that other work shares, the ratio by processor time is the steadier one.
"""

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
END = date(2025, 12, 31)

COHORTS = """
WITH seen AS (SELECT DISTINCT customer_id, year(day) * 12 + month(day) AS spell FROM orders WHERE day <= DATE '2025-12-31' AND amount_minor >= 0),
began AS (SELECT customer_id, min(spell) AS cohort FROM seen GROUP BY customer_id)
SELECT cohort, spell - cohort AS age, count(*) AS customers FROM seen JOIN began USING (customer_id) GROUP BY ALL
"""
RFM = """
WITH people AS (SELECT customer_id, DATE '2025-12-31' - max(day) FILTER (amount_minor >= 0) AS recency_days, count(*) FILTER (amount_minor >= 0) AS frequency, sum(amount_minor)::BIGINT AS monetary_minor
                FROM orders WHERE day <= DATE '2025-12-31' GROUP BY customer_id HAVING frequency > 0)
SELECT *, ntile(5) OVER (ORDER BY recency_days DESC, customer_id) AS r, ntile(5) OVER (ORDER BY frequency, customer_id) AS f, ntile(5) OVER (ORDER BY monetary_minor, customer_id) AS m FROM people
"""
SUMMARY = """
WITH days AS (SELECT customer_id, day, sum(amount_minor) AS amount FROM orders WHERE day <= DATE '2025-12-31' AND amount_minor >= 0 GROUP BY ALL)
SELECT customer_id, count(*) - 1 AS frequency, max(day) - min(day) AS recency_days, DATE '2025-12-31' - min(day) AS age_days,
       (sum(amount) - arg_min(amount, day))::BIGINT AS repeat_minor FROM days GROUP BY customer_id
"""


def make_orders(count: int, path: Path) -> None:
    """Orders of count/8 customers over three years, from hashes: the same file on every machine."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"""
            COPY (SELECT (hash(i * 7 + 1) % {max(count // 8, 1)})::BIGINT AS customer_id, DATE '2023-01-01' + (hash(i * 13 + 5) % 1096)::INTEGER AS day,
                         (hash(i * 31 + 3) % 20000)::BIGINT - 400 AS amount_minor FROM range({count}) t(i)) TO '{path}' (FORMAT parquet)""")


def timed(*works, runs: int) -> list[float]:
    """Median seconds of each on the wall, the works taking turns; one round before is not counted."""
    taken = [[] for _ in works]
    for turn in range(runs + 1):
        for each, work in zip(taken, works, strict=True):
            if (spent := clock(work)) and turn:
                each.append(spent[0])
    return [statistics.median(each) for each in taken]


def clock(work) -> tuple[float, float]:
    """Seconds on the wall and of processor time (all threads) of one run."""
    begin, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - busy


def against(mine, hand, runs: int) -> tuple[float, float, float, float]:
    """Median seconds of each, and the medians of the ratios pair by pair, on the wall and by processor time.

    The two take turns at going first; one pair before is not counted.
    """
    pairs = []
    for turn in range(runs + 1):
        ours, theirs = (clock(mine), clock(hand)) if turn % 2 else (clock(hand), clock(mine))[::-1]
        pairs.append((ours[0], theirs[0], ours[0] / theirs[0], ours[1] / theirs[1]))
    return tuple(statistics.median(each) for each in zip(*pairs[1:], strict=True))


def duckdb_rows(path: Path, runs: int, memory: str) -> list[tuple]:
    """Ours and hand-written SQL over one table in a DuckDB file; each writes its result to a table."""
    import duckdb

    from rapport import metrics

    with tempfile.TemporaryDirectory() as folder:
        connection = duckdb.connect(f"{folder}/bench.duckdb", config={"memory_limit": memory, "temp_directory": folder})
        connection.execute(f"CREATE TABLE orders AS SELECT * FROM '{path}'").fetchall()
        keep = lambda sql: connection.execute(f"CREATE OR REPLACE TEMP TABLE result AS {sql}").fetchall()  # noqa: E731
        rows = []
        for name, sql, ours in (("Cohort table", COHORTS, metrics.cohort_table), ("Recency, frequency, money", RFM, metrics.rfm), ("Purchase summary", SUMMARY, metrics.purchase_summary)):
            mine = lambda ours=ours: keep(ours(connection.table("orders"), end=END).sql_query())  # noqa: E731
            hand = lambda sql=sql: keep(sql)  # noqa: E731
            checked(connection, mine, hand)
            a, b, ratio, busy = against(mine, hand, runs)
            rows.append((f"{name}, DuckDB", a, "hand-written SQL", b, "at most 1.25 ×", ratio, busy))
        return rows


def checked(connection, mine, hand) -> None:
    """Both sides must give as many rows with the same sums, else the race means nothing."""
    found = []
    for side in (mine, hand):
        side()
        names = [row[0] for row in connection.execute("DESCRIBE result").fetchall()]
        shared = [name for name in names if name in ("customers", "frequency", "monetary_minor", "repeat_minor", "recency_days", "age", "age_days")]
        found.append(connection.execute(f"SELECT count(*), {', '.join(f'sum({name})' for name in sorted(shared))} FROM result").fetchall()[0])
    if found[0] != found[1]:
        raise SystemExit(f"The two sides differ: {found}")


def pandas_rows(path: Path, runs: int) -> list[tuple]:
    import numpy as np
    import pandas as pd

    from rapport import metrics

    import duckdb

    with duckdb.connect() as connection:
        orders = connection.execute(f"SELECT customer_id, day::TIMESTAMP AS day, amount_minor FROM '{path}'").df()
    orders["day"] = orders["day"].astype("datetime64[s]")
    end = pd.Timestamp(END)

    def real():
        return orders[(orders.day <= end) & (orders.amount_minor >= 0)]

    def cohorts():
        table = real()
        month = table.day.dt.year * 12 + table.day.dt.month
        seen = pd.DataFrame({"customer_id": table.customer_id, "spell": month}).drop_duplicates()
        seen["cohort"] = seen.groupby("customer_id").spell.transform("min")
        seen["age"] = seen.spell - seen.cohort
        found = seen.groupby(["cohort", "age"]).size().rename("customers").reset_index()
        found["cohort_size"] = found.groupby("cohort").customers.transform("first")
        return found.assign(share=found.customers / found.cohort_size)

    def rfm():
        kept = orders[orders.day <= end]
        bought = kept[kept.amount_minor >= 0].groupby("customer_id").agg(last=("day", "max"), frequency=("day", "size"))
        people = bought.join(kept.groupby("customer_id").amount_minor.sum().rename("monetary_minor")).reset_index()
        people["recency_days"] = (end - people["last"]).dt.days
        for name, column, rising in (("r", "recency_days", False), ("f", "frequency", True), ("m", "monetary_minor", True)):
            order = people.sort_values([column, "customer_id"], ascending=[rising, True]).index
            people.loc[order, name] = 1 + np.arange(len(people)) * 5 // len(people)
        return people

    def summary():
        days = real().groupby(["customer_id", "day"], sort=True).amount_minor.sum().reset_index()
        found = days.groupby("customer_id").agg(first=("day", "min"), last=("day", "max"), days=("day", "size"), total=("amount_minor", "sum"), begin=("amount_minor", "first"))
        return pd.DataFrame({"frequency": found.days - 1, "recency_days": (found["last"] - found["first"]).dt.days, "age_days": (end - found["first"]).dt.days, "repeat_minor": found.total - found.begin})

    rows = []
    for name, hand, ours in (("Cohort table", cohorts, metrics.cohort_table), ("Recency, frequency, money", rfm, metrics.rfm), ("Purchase summary", summary, metrics.purchase_summary)):
        mine = lambda ours=ours: ours(orders, end=END)  # noqa: E731
        a, b, ratio, busy = against(mine, hand, runs)
        rows.append((f"{name}, pandas", a, "hand-written pandas", b, "at most 1 ×", ratio, busy))
    return rows


def customers(count: int):
    """Statistics in whole weeks and fractions of customers simulated from a BG/NBD model; seeded."""
    import numpy as np

    luck = np.random.default_rng(1)
    age = (luck.integers(180, 365, count)) / 7
    rate, leave = luck.gamma(0.25, 1 / 4.4, count), luck.beta(0.8, 2.4, count)
    x, last, now, alive = np.zeros(count, dtype=int), np.zeros(count), np.zeros(count), np.ones(count, dtype=bool)
    while alive.any():
        now[alive] += luck.exponential(1 / np.maximum(rate[alive], 1e-12))
        alive &= now < age
        x[alive] += 1
        last[alive] = now[alive]
        alive[alive] &= luck.random(int(alive.sum())) > leave[alive]
    last = np.ceil(last * 7) / 7  # bought on a day
    return x, np.minimum(last, age), age


LIFETIMES = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
from lifetimes import BetaGeoFitter
data = np.load(sys.argv[1])
x, t, T = data["x"], data["t"], data["T"]
BetaGeoFitter(penalizer_coef=0.0).fit(x[:1000], t[:1000], T[:1000])
begin, busy = time.perf_counter(), time.process_time()
model = BetaGeoFitter(penalizer_coef=0.0).fit(x, t, T)
print(json.dumps({"wall": time.perf_counter() - begin, "busy": time.process_time() - busy, "params": {k: float(v) for k, v in model.params_.items()}}))
"""
PYMC_MARKETING = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from pymc_extras.prior import Prior
from pymc_marketing.clv import BetaGeoModel
data = np.load(sys.argv[1])
frame = pd.DataFrame({"customer_id": np.arange(len(data["x"])), "frequency": data["x"], "recency": data["t"], "T": data["T"]})
names = ("r", "alpha", "a", "b")
def fit(frame):
    model = BetaGeoModel(model_config={name: Prior("HalfFlat") for name in names})
    return model.fit(data=frame, method="map", progressbar=False)
fit(frame.head(1000))
begin, busy = time.perf_counter(), time.process_time()
found = fit(frame).posterior
print(json.dumps({"wall": time.perf_counter() - begin, "busy": time.process_time() - busy, "params": {name: found[name].item() for name in names}}))
"""


def model_rows(count: int, runs: int, peers: bool) -> list[tuple]:
    """The BG/NBD fit against two peers, whose import and first fit (of a thousand customers) are outside the clock."""
    import numpy as np

    from rapport.metrics import bgnbd
    from rapport.metrics.likelihood import compress

    x, t, T = customers(count)
    name, fit = f"BG/NBD fit, {count:,} customers", lambda: bgnbd.fit_bgnbd(x, t, T)
    if not peers:
        (mine,) = timed(fit, runs=runs)
        return [(name, mine, "not measured (--peers)", None, "see the peers' rows", None)]
    likelihood, rows = bgnbd.likelihood(compress(x, t, T, "peer")), []
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/data.npz", x=x, t=t, T=T)
        for peer, script, times in (("lifetimes", LIFETIMES, 20), ("pymc-marketing", PYMC_MARKETING, 10)):
            python, pairs = peer_environment(peer), []
            fitted = fit()
            for _ in range(runs):
                wall, busy = clock(fit)
                done = subprocess.run([python, "-c", script, f"{folder}/data.npz"], capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{peer} failed: {done.stderr.strip().splitlines()[-1]}")
                found = json.loads(done.stdout.splitlines()[-1])
                pairs.append((wall, found["wall"], wall / found["wall"], busy / found["busy"]))
            gap = fitted.fit.log_likelihood - likelihood(np.array([found["params"][key] for key in ("r", "alpha", "a", "b")]))[0]
            a, b, ratio, busy = (statistics.median(each) for each in zip(*pairs, strict=True))
            rows.append((f"{name} (log-likelihood {gap:+.4f} against the peer's)", a, f"{PEERS[peer][0].replace('==', ' ')}{', MAP, flat priors' * (times == 10)}", b,
                         f"at least {times} × faster ({1 / times:.2f} or less)", ratio, busy))  # fmt: skip
    return rows


PEERS = {
    "lifetimes": ["lifetimes==0.11.3", "numpy<2", "pandas<2.2", "scipy<1.12", "setuptools"],
    "pymc-marketing": ["pymc-marketing==0.19.2"],
}


def peer_environment(peer: str) -> str:
    """The interpreter of an environment of the peer's own, since peers pin old versions of what we use."""
    folder = HERE / ".peers" / peer
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS[peer]], check=True)
        (folder / "complete").touch()
    return str(python)


def import_rows(runs: int) -> list[tuple]:
    """Importing, in fresh processes, less the start of an empty one."""
    start = lambda code: subprocess.run([sys.executable, "-c", code], check=True)  # noqa: E731
    rows = []
    for name in ("rapport", "rapport.metrics"):
        a, b = timed(lambda name=name: start(f"import {name}"), lambda: start("pass"), runs=max(runs, 5))
        rows.append((f"import {name}", a - b, "an empty Python, taken off", b, "under 0.3 s", None))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000, help="orders for the tables (default one million)")
    parser.add_argument("--customers", type=int, default=1_000_000, help="customers for the model (default one million)")
    parser.add_argument("--runs", type=int, default=3, help="runs that count (default 3)")
    parser.add_argument("--memory", default="4GB", help="DuckDB's memory limit (default 4GB)")
    parser.add_argument("--peers", action="store_true", help="measure lifetimes and pymc-marketing as well (installed into benchmarks/.peers, 1.1 GB)")
    parser.add_argument("--only", default="", help="comma-separated: duckdb, pandas, model, import")
    parser.add_argument("--output", type=Path, default=HERE / "results.md")
    options = parser.parse_args()
    wanted = set(options.only.split(",")) if options.only else {"duckdb", "pandas", "model", "import"}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.parquet"
        if wanted & {"duckdb", "pandas"}:
            make_orders(options.orders, path)
        if "import" in wanted:
            rows += import_rows(options.runs)
        if "duckdb" in wanted:
            rows += duckdb_rows(path, options.runs, options.memory)
        if "pandas" in wanted:
            rows += pandas_rows(path, options.runs)
    if "model" in wanted:
        rows += model_rows(options.customers, options.runs, options.peers)
    text = table(rows, options)
    options.output.write_text(text, encoding="utf-8")
    print(text)


def table(rows: list[tuple], options: argparse.Namespace) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    lines = [
        f"# Measured: {options.orders:,} orders, {options.customers:,} customers", "",
        f"Command: `python benchmarks/run.py {' '.join(sys.argv[1:])}`".rstrip() + f". Python {platform.python_version()}, {platform.system()} {platform.machine()}; medians of {options.runs} runs and of their ratios pair by pair; peak memory of the process {memory:,.0f} MiB.", "",
        "| Work | Ours, s | Against | Theirs, s | Wanted | Ours / theirs | The same by processor time |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    show = lambda value, digits=3: "–" if value is None else f"{value:.{digits}f}"  # noqa: E731
    for name, ours, peer, theirs, wanted, ratio, *busy in rows:
        lines.append(f"| {name} | {show(ours)} | {peer} | {show(theirs)} | {wanted} | {show(ratio, 2)} | {show(busy[0] if busy else None, 2)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
