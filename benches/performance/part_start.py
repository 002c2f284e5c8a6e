"""How long the shortest commands take."""
from machine import table
from process import Work, in_turn, middle
from setting import PIPELINE

# Milliseconds jitter more than minutes do.
LEAST = 15


def measure(setting):
    source = setting.w1(setting.sizes.rows)
    check = [setting.doisoat, "check", PIPELINE, "--input", source]
    works = {"start-help": ("`doisoat --help`", Work([setting.doisoat, "--help"])),
             "start-check": ("`doisoat check`, both exports of W1 there", Work(check))}
    measured = in_turn({key: work for key, (_, work) in works.items()}, max(setting.rounds, LEAST))
    found = {key: round(1000 * middle(runs, "wall"), 1) for key, runs in measured.items()}
    rows = [[works[key][0], f"{value:g}", f"{1000 * max(one.wall for one in measured[key]):.1f}"] for key, value in found.items()]
    text = table(["command", "ms", "the slowest, ms"], rows)
    return found, {"start": text + f"\n\nThese {max(setting.rounds, LEAST)} times, since milliseconds jitter."}
