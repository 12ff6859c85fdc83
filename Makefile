# Two commands need nothing else: `make leaderboard` and `make test`. Both set up .venv on their own.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SITE   ?= site
# What pip installs as torch, pinned; the README says how to choose a CPU or a CUDA build.
TORCH  ?= torch==2.13.0
WORKERS ?= 2
QUICK  := chaos-forecast pde-forecast video-physics

.PHONY: leaderboard test environment lint types performance freeze picture clean

leaderboard: environment
	$(BIN)/dynarena submit --tier core --quick --workers $(WORKERS) $(QUICK:%=--benchmark %) || [ $$? -eq 3 ]
	$(BIN)/dynarena publish --out $(SITE)

test: environment
	$(BIN)/python -m pytest -n $(WORKERS)

environment: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[baselines,dev]'
	touch $@

lint: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: environment
	$(BIN)/mypy

performance: environment
	$(BIN)/python -m pytest tests/performance --benchmark-enable --benchmark-only

freeze: environment
	for benchmark in $(QUICK); do $(BIN)/dynarena benchmark freeze $$benchmark --quick; done

# The README's picture of a board, from the committed records; needs a Chromium.
BROWSER ?= chromium
picture: environment
	$(BIN)/dynarena publish --out $(SITE) --board-systems
	$(BROWSER) --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1360,1080 \
		--screenshot=docs/board.png file://$(abspath $(SITE))/chaos-forecast-2.0.quick/index.html

clean:
	rm -rf $(VENV) $(SITE) build dist
