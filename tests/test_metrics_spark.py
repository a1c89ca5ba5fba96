"""On a real local Spark session every metric gives what it gives on pandas. Starting Spark takes a while, so `make test-spark` asks for it."""

import os
import shutil

import pandas as pd
import pytest
from test_metrics_engines import CASES, DATES, TABLES, plain

from rapport import metrics

if not os.environ.get("RAPPORT_SPARK"):
    pytest.skip("Spark is left out here: `make test-spark` compares it (needs a Java 17 runtime, and installs the extra 'spark')", allow_module_level=True)


def session():
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.codegen.wholeStage": "false", "spark.sql.adaptive.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.shuffle.partitions": "2", "spark.default.parallelism": "2", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.sql.execution.arrow.pyspark.enabled": "true"}
    builder = SparkSession.builder.master("local[2]").appName("rapport-tests")
    for key, value in settings.items():
        builder = builder.config(key, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    return found


@pytest.fixture(scope="module")
def spark():
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.fail("no Java runtime found: install Java 17 (Debian: openjdk-17-jre-headless) and run the command again.")
    found = session()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def tables(spark):
    made = {}
    for name, table in TABLES.items():
        dated = table.copy()
        for column in table:
            if column in DATES and not (name == "events"):
                dated[column] = pd.Series([None if pd.isna(value) else value.date() for value in table[column]], index=table.index, dtype=object)
            elif not pd.api.types.is_numeric_dtype(table[column]) and not pd.api.types.is_datetime64_any_dtype(table[column]):
                dated[column] = pd.Series([None if pd.isna(value) else value for value in table[column]], index=table.index, dtype=object)
        made[name] = spark.createDataFrame(dated).cache()
    return made


@pytest.mark.parametrize("case", CASES)
def test_a_metric_is_the_same_on_spark(case, tables):
    found = plain(CASES[case](tables))
    assert len(found) and not found.isna().all(axis=None)
    pd.testing.assert_frame_equal(found, plain(CASES[case](TABLES)), check_dtype=False, rtol=1e-9, atol=0)


def test_a_spark_table_comes_back_as_a_spark_table(tables):
    from pyspark.sql import DataFrame

    for name in ("cohorts by month", "orders per week", "rfm", "purchase summary", "styles", "vignettes", "working minutes"):
        assert isinstance(CASES[name](tables), DataFrame), name


def test_own_data_are_checked_on_spark_too(tables):
    report = metrics.validate(tables["orders"], "orders")
    expected = metrics.validate(TABLES["orders"], "orders")
    assert [(fault.column, fault.rows, fault.found) for fault in report.faults] == [(fault.column, fault.rows, fault.found) for fault in expected.faults]
    assert report.faults
