"""The lines of the table: what is measured, what it must reach, which part measures it."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Line:
    key: str
    title: str
    limit: float
    part: str
    # Ratios are held against the committed ones; figures with a unit only against their limit.
    unit: str = ""
    more_is_better: bool = False

    def aim(self):
        return f"{'≥' if self.more_is_better else '≤'} {self.written(self.limit)}"

    def written(self, value):
        return f"{value:g} {self.unit}" if self.unit else f"{value:.2f}"

    def is_reached(self, value):
        return value >= self.limit if self.more_is_better else value <= self.limit

    def worsening(self, value, committed):
        """How many times worse than the committed ratio: 1.25 is a quarter."""
        return committed / value if self.more_is_better else value / committed


LINES = [
    Line("w1-time", "W1, 2M + 2M rows, whole `run`: against the fastest peer's time", 0.4, "w1"),
    Line("w1-parse", "W1, 2M + 2M rows, whole `run`: against the time of a bare parse", 4.0, "w1"),
    Line("w1-memory", "W1, 2M + 2M rows, in memory: against the leanest peer's peak", 0.5, "w1"),
    Line("large-memory", "W1, 50M + 50M rows, `--memory 2GiB`: peak", 2.3, "large", "GiB"),
    Line("large-time", "W1, 50M + 50M rows, `--memory 2GiB`: time per row against that in memory", 1.3, "large"),
    Line("growth", "W1, rows doubled from 500k to 1M to 2M a side: against the time of half the rows, the worse", 2.1, "growth"),
    Line("linking-time", "W2, 1M + 1M rows, training included: against Splink's time", 0.25, "linking"),
    Line("linking-memory", "W2, 1M + 1M rows, training included: against Splink's peak", 0.25, "linking"),
    Line("start-help", "`doisoat --help`", 50, "start", "ms"),
    Line("start-check", "`doisoat check` of W1 with its exports", 50, "start", "ms"),
    Line("threads", "W1, 2M + 2M rows: one thread's time against that of two", 1.7, "threads", more_is_better=True),
    Line("load-csv", "CSV, 2M + 2M rows, loading alone: against the time of a bare parse", 2.0, "load"),
    Line("load-xlsx", "XLSX, loading alone: against calamine's time", 4 / 3, "load"),
    Line("cold", "cold `make run`, two build jobs", 20, "cold", "min"),
]
