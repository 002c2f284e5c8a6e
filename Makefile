# `make help` lists the targets.
DATA  ?= var
OUT   ?= out
LANG_ ?= en
NIGHT := hoa-binh-2024q1
DOISOAT := $(or $(CARGO_TARGET_DIR),target)/debug/doisoat

.PHONY: help run test lint check goldens accuracy accuracy-linking bench clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

run: ## Generate a province's exports and reconcile one night of it (LANG_=vi for Vietnamese)
	cargo build --quiet
	@$(DOISOAT) generate $(NIGHT) --out $(DATA)/$(NIGHT) --quiet
	@$(DOISOAT) run pipelines/$(NIGHT).toml --input $(DATA)/$(NIGHT) --out $(OUT) --lang $(LANG_) --replace || [ $$? -eq 1 ]

test: ## Run every test
	cargo test

lint: ## Formatting, clippy, no feature drift between run and test builds
	cargo fmt --check
	cargo clippy --all-targets -- --deny warnings
	./scripts/one-feature-set

check: ## Check every pipeline
	cargo build --quiet
	@$(DOISOAT) check pipelines/*.toml pipelines/examples/*.toml

goldens: ## Rewrite the expected results of sample_data
	DOISOAT_REFRESH=1 cargo test --test it golden

accuracy: ## Precision and recall on generated exports; writes docs/accuracy.md
	cargo build --quiet
	@./scripts/accuracy $(DATA)

accuracy-linking: ## Release build, linking beside Splink, 1M + 1M rows; writes docs/accuracy-linking.md
	@./benches/linkage/run $(DATA)/linkage

bench: ## Release build, 2M + 2M rows, beside DuckDB and Polars; writes docs/performance.md
	cargo build --release
	./benches/w1/run $(DATA)/w1
	cargo bench --quiet --bench load -- load benches/w1/pipeline.toml $(DATA)/w1/input

clean: ## Remove generated data and outputs; the build stays
	rm -rf $(DATA) $(OUT)
