# What readers and authors need is also a command: .venv/bin/rapport build, test, lab, check (on Windows: .venv\Scripts\rapport).
# The maintainers' targets (lock, clean, test-spark, benchmark) are lines to copy where there is no make.
# Pass options through ARGS, for example: make test ARGS="-k scenario"

PYTHON ?= python3
RAPPORT = .venv/bin/rapport

.PHONY: handbook test test-spark benchmark lab check environment environment-test lock clean

handbook: environment  ## execute every notebook and render the handbook into build/handbook/
	@$(RAPPORT) build $(ARGS)

test: environment-test  ## run the test suite
	@$(RAPPORT) test $(ARGS)

test-spark: environment-test  ## compare every metric with a local Spark session (needs a Java 17 runtime)
	@if command -v uv >/dev/null; then uv pip install --quiet --python .venv/bin/python --constraint requirements-test.lock "pyspark>=4"; \
	else .venv/bin/python -m pip install --quiet --constraint requirements-test.lock "pyspark>=4"; fi
	@RAPPORT_SPARK=1 .venv/bin/python -m pytest tests/test_metrics_spark.py $(ARGS)

benchmark: environment-test  ## measure the metrics against their peers and write benchmarks/results.md
	@.venv/bin/python benchmarks/run.py $(ARGS)

lab: environment  ## open JupyterLab on your own copies of the notebooks
	@$(RAPPORT) lab $(ARGS)

check: environment  ## validate all content
	@$(RAPPORT) check $(ARGS)

environment:
	@$(PYTHON) scripts/environment.py

environment-test:
	@$(PYTHON) scripts/environment.py --test

lock:  ## maintainers, with uv: resolve pyproject.toml anew into both locks
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header --extra test --upgrade -o requirements-test.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header --constraint requirements-test.lock --upgrade -o requirements.lock pyproject.toml

clean:  ## remove what was built; notebooks, workspace and environment stay
	rm -rf build
