"""Whole processes in turn: wall time, CPU time and peak memory of each.

The process that measures stays small and imports no engine: on Linux the peak of a child counts what its parent held.
"""
import dataclasses, os, shutil, statistics, subprocess, sys, tempfile, time

# Everyone works with as many threads as the table says cores.
THREADS = 2
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "POLARS_MAX_THREADS": str(THREADS),
               "RAYON_NUM_THREADS": str(THREADS), "CARGO_BUILD_JOBS": str(THREADS)}


@dataclasses.dataclass
class Work:
    """A command, and the folder that it fills: emptied before each run."""
    command: list
    out: object = None


@dataclasses.dataclass
class Measured:
    wall: float
    cpu: float
    megabytes: float
    printed: str


def measure(work, accepted=(0,)):
    command = [str(part) for part in work.command]
    if work.out:
        shutil.rmtree(work.out, ignore_errors=True)
        work.out.mkdir(parents=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed, tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=printed, stderr=told, env=ENVIRONMENT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0), told.seek(0)
        if child.returncode not in accepted:
            sys.exit(f"{told.read()}{' '.join(command)} ended with status {child.returncode}")
        return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed.read())


def in_turn(works, rounds):
    """Every work once a round: what the machine does meanwhile falls on all alike."""
    measured = {name: [] for name in works}
    for turn in range(rounds):
        for name, work in works.items():
            one = measure(work)
            measured[name].append(one)
            print(f"  {turn + 1}/{rounds} {name}: {one.wall:.2f} s, {one.megabytes:,.0f} MB", file=sys.stderr, flush=True)
    return measured


def middle(runs, figure):
    return statistics.median(getattr(one, figure) for one in runs)


def ratio(runs, others, figure):
    """The median of the ratios of each turn, not the ratio of medians."""
    return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in zip(runs, others, strict=True))
