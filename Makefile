# Every target is also a command: .venv/bin/rapport build, test, lab, lock … (on Windows: .venv\Scripts\rapport).
# Pass options through ARGS, for example: make test ARGS="-k scenario"

PYTHON ?= python3
RAPPORT = .venv/bin/rapport

.PHONY: handbook test test-spark benchmark lab check translations environment environment-test lock clean

handbook: environment  ## execute every notebook and render the handbook into build/handbook/
	@$(RAPPORT) build $(ARGS)

test: environment-test  ## run the test suite
	@$(RAPPORT) test $(ARGS)

test-spark: environment-test  ## compare every metric with a local Spark session (needs a Java 17 runtime)
	@$(RAPPORT) test-spark $(ARGS)

benchmark: environment-test  ## measure the metrics against their peers and write benchmarks/results.md
	@$(RAPPORT) benchmark $(ARGS)

lab: environment  ## open JupyterLab on your own copies of the notebooks
	@$(RAPPORT) lab $(ARGS)

check: environment  ## validate all content
	@$(RAPPORT) check $(ARGS)

translations: environment  ## bring the catalogues in locales/ up to date with the English texts
	@$(RAPPORT) translations

environment:
	@$(PYTHON) scripts/environment.py

environment-test:
	@$(PYTHON) scripts/environment.py --test

lock: environment  ## maintainers, with uv: resolve pyproject.toml anew into both locks
	@$(RAPPORT) lock

clean: environment  ## remove what was built; notebooks, workspace and environment stay
	@$(RAPPORT) clean
