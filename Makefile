# `make help` lists the targets.
DATA  ?= var
OUT   ?= out
LANG_ ?= en
NIGHT := hoa-binh-2024q1
# Not DOISOAT: whoever sets that names the binary that the benchmarks are to take.
BUILT := $(or $(CARGO_TARGET_DIR),target)/debug/doisoat

.PHONY: help run test lint check goldens accuracy accuracy-linking bench bench-quick bench-accept bench-cold dist clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

run: ## Generate a province's exports and reconcile one night of it (LANG_=vi for Vietnamese)
	cargo build --quiet
	@$(BUILT) generate $(NIGHT) --out $(DATA)/$(NIGHT) --quiet
	@$(BUILT) run pipelines/$(NIGHT).toml --input $(DATA)/$(NIGHT) --out $(OUT) --lang $(LANG_) --replace || [ $$? -eq 1 ]

test: ## Run every test
	cargo test

lint: ## Formatting, clippy, no feature drift between run and test builds
	cargo fmt --check
	cargo clippy --all-targets -- --deny warnings
	./scripts/one-feature-set

check: ## Check every pipeline
	cargo build --quiet
	@$(BUILT) check pipelines/*.toml pipelines/examples/*.toml

goldens: ## Rewrite the expected results of sample_data
	DOISOAT_REFRESH=1 cargo test --test it golden

accuracy: ## Precision and recall on generated exports; writes docs/accuracy.md
	cargo build --quiet
	@./scripts/accuracy $(DATA)

accuracy-linking: ## Release build, linking beside Splink, 1M + 1M rows; writes docs/accuracy-linking.md
	@./benches/linkage/run $(DATA)/linkage

bench: ## Release build beside its peers; writes docs/performance.md, fails where a ratio got worse
	@./benches/performance/run $(DATA)/bench

bench-quick: ## The same with few rows, to try it out; docs/ stays as it is
	@./benches/performance/run $(DATA)/bench-quick --quick

bench-accept: ## Take the ratios of the last `make bench` as the committed ones
	@./benches/performance/gate.py $(DATA)/bench

bench-cold: ## How long a cold `make run` takes: compiles everything from nothing, in a folder of its own
	cargo build --quiet
	@DOISOAT=$(BUILT) ./benches/performance/run $(DATA)/bench-cold --only cold

dist: ## Release build as a tarball with pipelines and docs, SHA-256 beside it
	cargo build --release
	@./scripts/dist

clean: ## Remove generated data and outputs; the build stays
	rm -rf $(DATA) $(OUT)
