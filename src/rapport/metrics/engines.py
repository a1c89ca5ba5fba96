"""The one place that knows engines: what narwhals lacks on pandas, Polars, DuckDB or Spark, a few lines each, tested against pandas.
Days and minutes become integers here, so that everything above is integer arithmetic that no engine rounds."""

from __future__ import annotations

import math
from typing import Any

import narwhals as nw

from rapport.metrics.refusals import say
from rapport.metrics.result import MetricError

PERIODS = ("day", "week", "month", "quarter", "year")
_KINDS = {"pandas": "pandas", "polars": "polars", "duckdb": "duckdb", "pyspark": "spark", "pyspark[connect]": "spark"}
_UNCHECKED = (nw.Date, nw.Datetime)


def wrap(table: Any) -> Any:
    """A narwhals frame over a pandas, Polars, DuckDB or Spark table; categories become plain values."""
    try:
        frame = nw.from_native(table)
    except TypeError:
        raise MetricError(say("no_frame", found=type(table).__name__)) from None
    engine(frame)
    kinds = frame.collect_schema()
    coded = [name for name, dtype in kinds.items() if isinstance(dtype, (nw.Categorical, nw.Enum))]
    return frame.with_columns(*(nw.col(name).cast(nw.String) for name in coded)) if coded else frame


def engine(frame: Any) -> str:
    """``pandas``, ``polars``, ``duckdb`` or ``spark``."""
    name = str(frame.implementation.value) if hasattr(frame.implementation, "value") else str(frame.implementation)
    if name not in _KINDS:
        raise MetricError(say("other_engine", engine=name))
    return _KINDS[name]


def require(frame: Any, table: str, *columns: str) -> None:
    """Refuse a frame that lacks one of `columns`, or has two that differ only in case."""
    names = list(frame.collect_schema())
    missing = [column for column in columns if column not in names]
    if missing:
        raise MetricError(say("no_column", table=table, missing=", ".join(missing), found=", ".join(map(str, names)), function=f"rapport.metrics.columns({table!r})"))
    folded = [str(name).casefold() for name in names]
    twins = sorted(str(name) for name, low in zip(names, folded, strict=True) if folded.count(low) > 1)
    if twins:
        raise MetricError(say("twin_columns", table=table, columns=", ".join(twins)))


def native(frame: Any) -> Any:
    """The engine's own table; for pandas with a plain index and unnamed columns."""
    table = frame.to_native()
    return table.rename_axis(columns=None).reset_index(drop=True) if engine(frame) == "pandas" else table


def rows(frame: Any) -> list[dict[str, Any]]:
    """All rows as dictionaries; a missing value is None on every engine."""
    kind, table = engine(frame), frame.to_native()
    if kind == "duckdb":  # its own fetch, since narwhals would need pyarrow
        found = [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]
    elif kind == "spark":
        found = [row.asDict() for row in table.collect()]
    else:
        eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
        found = eager.rows(named=True)
    return [{key: _none(value) for key, value in row.items()} for row in found]


def _none(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value.item() if hasattr(value, "item") else value


def blank(frame: Any, column: str) -> nw.Expr:
    """The column with NaN as missing: engines other than pandas keep the two apart."""
    value = nw.col(column)
    return nw.when(~value.is_nan()).then(value) if frame.collect_schema()[column].is_float() else value


def flag(frame: Any, column: str) -> nw.Expr:
    """Whether a column of 0/1 or booleans says yes; no where it is missing, since pandas has no third answer. See `known`."""
    if frame.collect_schema()[column] == nw.Boolean:
        return nw.col(column).fill_null(False)
    return blank(frame, column).fill_null(0) == 1


def known(frame: Any, *columns: str) -> nw.Expr:
    """Whether all of the columns hold a value."""
    return nw.all_horizontal(*(~blank(frame, column).is_null() for column in columns), ignore_nulls=False)


def add_day(frame: Any, column: str, name: str, table: str = "table") -> Any:
    """With `name`: days since 1970-01-01 of a date column, as an integer; missing stays missing."""
    dtype = frame.collect_schema()[column]
    if isinstance(dtype, nw.Datetime) and dtype.time_zone is not None and engine(frame) in ("pandas", "polars"):
        raise MetricError(say("day_with_zone", table=table, column=column))
    kind, native = engine(frame), frame.to_native()
    if kind == "pandas":
        return nw.from_native(native.assign(**{name: _pandas_days(native[column], table, column)}))
    if dtype not in _UNCHECKED:
        raise MetricError(say("day_no_date", table=table, column=column, type=dtype))
    if kind == "polars":
        return frame.with_columns((nw.col(column).cast(nw.Date).dt.timestamp("ms") // 86_400_000).cast(nw.Int64).alias(name))
    if kind == "duckdb":
        if "TIME ZONE" in str(native.types[native.columns.index(column)]):
            raise MetricError(say("day_with_zone", table=table, column=column))
        # date_diff on DATEs is an integer; epoch(ts) // 86400 would be a DOUBLE and its cast rounds
        return nw.from_native(native.project(f"*, date_diff('day', DATE '1970-01-01', {quoted(column)}::DATE)::BIGINT AS {quoted(name)}"))
    from pyspark.sql import functions as F

    return nw.from_native(native.withColumn(name, F.unix_date(F.to_date(F.col(f"`{column}`"))).cast("long")))


def _pandas_days(values: Any, table: str, column: str) -> Any:
    import numpy as np
    import pandas as pd

    try:
        if pd.api.types.is_numeric_dtype(values.dtype):
            raise TypeError("numbers")
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
            if len(texts := values.dropna()) and isinstance(texts.iloc[0], str):
                raise TypeError("text")
            values = values.astype("datetime64[s]")
        if not np.issubdtype(getattr(values.dtype, "numpy_dtype", values.dtype), np.datetime64):
            values = values.astype("datetime64[s]")
        plain = values.to_numpy(dtype="datetime64[D]")
    except (TypeError, ValueError):
        raise MetricError(say("day_no_date_pandas", table=table, column=column, type=values.dtype, function="pandas.to_datetime")) from None
    days = plain.astype("int64")
    lost = np.isnat(plain)
    return pd.Series(days, index=values.index).astype("Int64").mask(lost) if lost.any() else days


def add_minute(frame: Any, column: str, name: str, table: str = "table") -> Any:
    """With `name`: whole minutes since 1970-01-01 00:00 UTC of a moment with a zone, as an integer; missing stays missing."""
    kind, native = engine(frame), frame.to_native()
    dtype = frame.collect_schema()[column]
    if not isinstance(dtype, nw.Datetime) or dtype.time_zone is None:
        found = say("times_without_zone") if isinstance(dtype, nw.Datetime) else str(dtype)
        raise MetricError(say("moment_no_zone", table=table, column=column, found=found))
    if kind == "pandas":
        import numpy as np
        import pandas as pd

        moments = native[column].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[m]")
        minutes, lost = moments.astype("int64"), np.isnat(moments)
        whole = pd.Series(minutes, index=native.index).astype("Int64").mask(lost) if lost.any() else minutes
        return nw.from_native(native.assign(**{name: whole}))
    if kind == "polars":
        return frame.with_columns((nw.col(column).dt.timestamp("ms") // 60_000).cast(nw.Int64).alias(name))
    if kind == "duckdb":
        return nw.from_native(native.project(f"*, (epoch_ms({quoted(column)}) // 60000)::BIGINT AS {quoted(name)}"))
    from pyspark.sql import functions as F

    return nw.from_native(native.withColumn(name, F.floor(F.unix_millis(F.col(f"`{column}`")) / 60_000).cast("long")))


def with_whole(frame: Any, name: str, value: nw.Expr) -> Any:
    """With `name`: a value as 64-bit integers that may be missing (pandas' plain integers may not)."""
    if engine(frame) != "pandas":
        return frame.with_columns(value.cast(nw.Int64).alias(name))
    native = frame.with_columns(value.alias(name)).to_native()
    whole = native[name].astype("Int64")
    return nw.from_native(native.assign(**{name: whole if whole.isna().any() else whole.astype("int64")}))


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + str(name).replace('"', '""') + '"'


def temporary(frame: Any, *names: str) -> tuple[str, ...]:
    """Column names not yet taken, for use in between."""
    taken = {str(each).casefold() for each in frame.collect_schema()}
    return tuple(next(full for k in range(1000) if (full := f"rapport_{name}{k or ''}") not in taken) for name in names)


def add_period(frame: Any, column: str, period: str, name: str, table: str = "table") -> Any:
    """With `name`: which day, week (from Monday), month, quarter or year since 1970 a date lies in, as an integer."""
    if period not in PERIODS:
        raise MetricError(say("no_such_period", period=repr(period), periods=", ".join(PERIODS)))
    frame = add_day(frame, column, name, table)
    if period in ("day", "week"):
        # 1970-01-01 was a Thursday, three days after a Monday
        return frame if period == "day" else frame.with_columns(((nw.col(name) + 3) // 7).alias(name))
    months = _months(frame, column, name)
    per = {"month": 1, "quarter": 3, "year": 12}[period]
    return months if per == 1 else months.with_columns((nw.col(name) // per).alias(name))


def _months(frame: Any, column: str, name: str) -> Any:
    kind, native = engine(frame), frame.to_native()
    if kind == "pandas":
        import pandas as pd

        days = native[name]
        known = days.fillna(0).astype("int64").to_numpy()
        months = known.astype("datetime64[D]").astype("datetime64[M]").astype("int64")
        lost = days.isna()
        whole = pd.Series(months, index=native.index)
        return nw.from_native(native.assign(**{name: whole.astype("Int64").mask(lost) if lost.any() else whole}))
    if kind == "duckdb":
        day = f"{quoted(column)}::DATE"
        others = ", ".join(quoted(each) for each in native.columns if each != name)
        return nw.from_native(native.project(f"{others}, (year({day}) * 12 + month({day}) - 23641)::BIGINT AS {quoted(name)}"))
    day = nw.col(column).cast(nw.Date)
    return frame.with_columns((day.dt.year().cast(nw.Int64) * 12 + day.dt.month().cast(nw.Int64) - 23_641).alias(name))


def add_period_start(frame: Any, index: str, period: str, name: str) -> Any:
    """With `name`: the first day, as the engine's date, of the period that `add_period` numbered."""
    kind, native = engine(frame), frame.to_native()
    if kind == "pandas":
        unit = {"day": "D", "week": "W", "month": "M", "quarter": "M", "year": "Y"}[period]
        numbers = native[index].to_numpy(dtype="int64") * (3 if period == "quarter" else 1)
        if period == "week":
            return nw.from_native(native.assign(**{name: (numbers * 7 - 3).astype("datetime64[D]").astype("datetime64[s]")}))
        return nw.from_native(native.assign(**{name: numbers.astype(f"datetime64[{unit}]").astype("datetime64[s]")}))
    if period in ("day", "week"):
        days = nw.col(index) if period == "day" else nw.col(index) * 7 - 3
        if kind == "polars":
            return frame.with_columns((days.cast(nw.Int32)).alias(name)).pipe(lambda each: nw.from_native(_polars_date(each.to_native(), name)))
        first, step = ("", "1") if period == "day" else (" - 3", "7")
        if kind == "duckdb":
            return nw.from_native(native.project(f"*, DATE '1970-01-01' + ({quoted(index)} * {step}{first})::INTEGER AS {quoted(name)}"))
        from pyspark.sql import functions as F

        return nw.from_native(native.withColumn(name, F.expr(f"date_from_unix_date(cast(`{index}` * {step}{first} as int))")))
    per = {"month": 1, "quarter": 3, "year": 12}[period]
    if kind == "polars":
        import polars as pl

        month = pl.col(index) * per
        return nw.from_native(native.with_columns(pl.date(1970 + month // 12, month % 12 + 1, 1).alias(name)))
    month = f"({quoted(index) if kind == 'duckdb' else f'`{index}`'} * {per})"
    if kind == "duckdb":
        return nw.from_native(native.project(f"*, make_date(1970 + {month} // 12, {month} % 12 + 1, 1) AS {quoted(name)}"))
    from pyspark.sql import functions as F

    return nw.from_native(native.withColumn(name, F.expr(f"make_date(cast(1970 + floor({month} / 12) as int), cast({month} % 12 + 1 as int), 1)")))


def _polars_date(native: Any, name: str) -> Any:
    import polars as pl

    return native.with_columns(pl.col(name).cast(pl.Date))


def period_of(frame: Any, period: str, day: str, name: str) -> Any:
    """As `add_period`, from a column that already holds days as integers."""
    if period not in PERIODS:
        raise MetricError(say("no_such_period", period=repr(period), periods=", ".join(PERIODS)))
    if period in ("day", "week"):
        return frame.with_columns((nw.col(day) if period == "day" else (nw.col(day) + 3) // 7).alias(name))
    kind, native = engine(frame), frame.to_native()
    per = {"month": 1, "quarter": 3, "year": 12}[period]
    if kind == "pandas":
        months = native[day].to_numpy(dtype="int64").astype("datetime64[D]").astype("datetime64[M]").astype("int64")
        return nw.from_native(native.assign(**{name: months // per}))
    if kind == "duckdb":
        return nw.from_native(native.project(f"*, {_sql_period(period, quoted(day))} AS {quoted(name)}"))
    if kind == "polars":
        import polars as pl

        date = pl.col(day).cast(pl.Int32).cast(pl.Date)
        return nw.from_native(native.with_columns(((date.dt.year().cast(pl.Int64) * 12 + date.dt.month() - 23_641) // per).alias(name)))
    from pyspark.sql import functions as F

    date = F.expr(f"date_from_unix_date(cast(`{day}` as int))")
    return nw.from_native(native.withColumn(name, F.floor((F.year(date) * 12 + F.month(date) - 23_641) / per).cast("long")))


def _sql_period(period: str, day: str, date: str = "") -> str:
    """SQL of the period's number, from a day's number and, where there is one, the date itself."""
    if period in ("day", "week"):
        return day if period == "day" else f"({day} + 3) // 7"
    date, per = date or f"(DATE '1970-01-01' + {day}::INTEGER)", {"month": 1, "quarter": 3, "year": 12}[period]
    return f"((year({date}) * 12 + month({date}) - 23641) // {per})::BIGINT"


def add_scores(frame: Any, scores: dict[str, tuple[str, bool]], tie: str, groups: int) -> Any:
    """With each score: 1 + ⌊(rank − 1)·groups / rows⌋ of a column (descending when so marked), ties by `tie`. Not for DuckDB."""
    kind, native = engine(frame), frame.to_native()
    if kind == "pandas":
        import numpy as np

        ids = native[tie].argsort(kind="stable").to_numpy() if len(native) else np.array([], dtype=int)
        made = {}
        for name, (column, falling) in scores.items():
            values = native[column].to_numpy()
            order = ids[np.argsort(-values[ids] if falling else values[ids], kind="stable")]
            made[name] = np.empty(len(native), dtype=np.int64)
            made[name][order] = 1 + np.arange(len(native), dtype=np.int64) * groups // max(len(native), 1)
        return nw.from_native(native.assign(**made))
    if kind == "polars":
        import polars as pl

        for name, (column, falling) in scores.items():
            native = native.sort(pl.col(column) * (-1 if falling else 1), pl.col(tie))
            native = native.with_columns((1 + pl.int_range(pl.len(), dtype=pl.Int64) * groups // pl.len()).cast(pl.Int64).alias(name))
        return nw.from_native(native)
    from pyspark.sql import functions as F

    ranked = {
        name: f"cast(1 + (row_number() over (order by `{column}` {'desc' if falling else 'asc'}, `{tie}`) - 1) * {groups} div count(*) over () as bigint)"
        for name, (column, falling) in scores.items()
    }
    return nw.from_native(native.withColumns({name: F.expr(sql) for name, sql in ranked.items()}))


# Shapes that narwhals writes as self-joins: DuckDB would compute their input twice, pandas would merge on every order.
# Polars and Spark take the self-joins of `orders`.


def pandas_cohorts(frame: Any, day: str, period: str) -> Any:
    """Rows ``first_spell``, ``age``, ``customers`` of the cohort table, with the customers as numbers."""
    import numpy as np
    import pandas as pd

    table = period_of(frame, period, day, "rapport_spell").to_native()
    who, names = pd.factorize(table["customer_id"])
    spell = table["rapport_spell"].to_numpy(dtype="int64")
    low = int(spell.min()) if len(spell) else 0
    span = int(spell.max()) - low + 1 if len(spell) else 1
    seen = pd.unique(who.astype("int64") * span + (spell - low))
    who, spell = seen // span, seen % span
    first = np.full(len(names), span, dtype="int64")
    np.minimum.at(first, who, spell)
    keys, counts = np.unique(first[who] * span + (spell - first[who]), return_counts=True)
    return nw.from_native(pd.DataFrame({"first_spell": keys // span + low, "age": keys % span, "customers": counts.astype("int64")}))


def pandas_rfm(frame: Any, day: str, last: int) -> Any:
    """Columns ``customer_id``, ``recency_days``, ``frequency``, ``monetary_minor`` of `orders.rfm`, scores aside."""
    import numpy as np
    import pandas as pd

    table = frame.to_native()
    who, names = pd.factorize(table["customer_id"])
    days, amount = table[day].to_numpy(dtype="int64"), table["amount_minor"].to_numpy(dtype="int64")
    bought = amount >= 0
    latest = np.full(len(names), np.iinfo("int64").min)
    np.maximum.at(latest, who[bought], days[bought])
    money = np.zeros(len(names), dtype="int64")
    np.add.at(money, who, amount)
    times = np.bincount(who[bought], minlength=len(names)).astype("int64")
    real = times > 0
    return nw.from_native(pd.DataFrame({"customer_id": names[real], "recency_days": last - latest[real], "frequency": times[real], "monetary_minor": money[real]}))


def pandas_summary(frame: Any, day: str, last: int) -> Any:
    """The purchase summary of `orders.purchase_summary`, with the customers as numbers; sums stay whole."""
    import numpy as np
    import pandas as pd

    table = frame.to_native()
    who, names = pd.factorize(table["customer_id"])
    days, amount = table[day].to_numpy(dtype="int64"), table["amount_minor"].to_numpy(dtype="int64")
    low = int(days.min()) if len(days) else 0
    span = int(days.max()) - low + 1 if len(days) else 1
    begin, end = np.full(len(names), last, dtype="int64"), np.full(len(names), low, dtype="int64")
    np.minimum.at(begin, who, days)
    np.maximum.at(end, who, days)
    again = days > begin[who]
    money = np.zeros(len(names), dtype="int64")
    np.add.at(money, who[again], amount[again])
    times = np.bincount(pd.unique(who.astype("int64") * span + (days - low)) // span, minlength=len(names))
    return nw.from_native(pd.DataFrame({
        "customer_id": names, "frequency": times.astype("int64") - 1, "recency_days": end - begin, "age_days": last - begin, "repeat_minor": money,
    }))  # fmt: skip


def duckdb_cohorts(frame: Any, period: str) -> Any:
    """The cohort table of `orders.cohort_table`, in one statement; the relation it gives is still lazy."""
    first = "DATE '1970-01-01' + "
    start = {
        "day": f"{first}cohort::INTEGER", "week": f"{first}(cohort * 7 - 3)::INTEGER",
        "month": "make_date(1970 + cohort // 12, cohort % 12 + 1, 1)",
        "quarter": "make_date(1970 + cohort // 4, cohort % 4 * 3 + 1, 1)", "year": "make_date(1970 + cohort, 1, 1)",
    }[period] if period in PERIODS else None  # fmt: skip
    if start is None:
        raise MetricError(say("no_such_period", period=repr(period), periods=", ".join(PERIODS)))
    return frame.to_native().query(
        "rapport_orders",
        f"""
        WITH seen AS MATERIALIZED (SELECT DISTINCT customer_id, {_sql_period(period, "rapport_day", "day::DATE")} AS spell FROM rapport_orders),
        began AS (SELECT customer_id, min(spell) AS cohort FROM seen GROUP BY customer_id),
        counted AS (SELECT cohort, spell - cohort AS age, count(*) AS customers FROM seen JOIN began USING (customer_id) GROUP BY ALL)
        SELECT {start} AS cohort, age::BIGINT AS age, customers::BIGINT AS customers,
               max(customers) FILTER (age = 0) OVER (PARTITION BY counted.cohort)::BIGINT AS cohort_size,
               customers / cohort_size AS share
        FROM counted
        """,
    )


def duckdb_rfm(frame: Any, last: int, groups: int) -> Any:
    """The table of `orders.rfm`: customers are counted once, not in a window beside every rank."""
    score = f"1 + (row_number() OVER (ORDER BY {{}}, customer_id) - 1) * {groups} // (SELECT count(*) FROM people)"
    return frame.to_native().query(
        "rapport_orders",
        f"""
        WITH people AS MATERIALIZED (
            SELECT customer_id, ({last} - max(rapport_day) FILTER (amount_minor >= 0))::BIGINT AS recency_days,
                   count(*) FILTER (amount_minor >= 0)::BIGINT AS frequency, sum(amount_minor)::BIGINT AS monetary_minor
            FROM rapport_orders GROUP BY customer_id HAVING count(*) FILTER (amount_minor >= 0) > 0)
        SELECT *, ({score.format("recency_days DESC")})::BIGINT AS recency_score, ({score.format("frequency")})::BIGINT AS frequency_score,
               ({score.format("monetary_minor")})::BIGINT AS monetary_score
        FROM people
        """,
    )


def duckdb_summary(frame: Any, last: int) -> Any:
    """The purchase summary of `orders.purchase_summary`: `arg_min` picks the first day's money without a join."""
    return frame.to_native().query(
        "rapport_orders",
        f"""
        WITH days AS (SELECT customer_id, rapport_day AS day, sum(amount_minor) AS amount FROM rapport_orders GROUP BY ALL)
        SELECT customer_id, (count(*) - 1)::BIGINT AS frequency, (max(day) - min(day))::BIGINT AS recency_days,
               ({last} - min(day))::BIGINT AS age_days, (sum(amount) - arg_min(amount, day))::BIGINT AS repeat_minor
        FROM days GROUP BY customer_id
        """,
    )


def like(table: Any, frame: Any) -> Any:
    """A small helper table as the same kind of frame as `frame`: pandas is carried over, anything else must match."""
    helper, kind = wrap(table), engine(frame)
    if engine(helper) == kind:
        return helper.lazy() if isinstance(frame, nw.LazyFrame) and isinstance(helper, nw.DataFrame) else helper.collect() if isinstance(frame, nw.DataFrame) and isinstance(helper, nw.LazyFrame) else helper
    if engine(helper) != "pandas":
        raise MetricError(say("other_helper", helper=engine(helper), data=kind))
    native = helper.to_native()
    if kind == "polars":
        import polars as pl

        moved = nw.from_native(pl.DataFrame({column: native[column].tolist() for column in native.columns}))
        return moved.lazy() if isinstance(frame, nw.LazyFrame) else moved
    if kind == "spark":
        return nw.from_native(frame.to_native().sparkSession.createDataFrame(native))
    raise MetricError(say("helper_in_duckdb", call="connection.from_df(calendar)"))
