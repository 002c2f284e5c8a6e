"""W1 with its rows doubled and doubled again."""
from machine import table
from process import in_turn, middle, ratio


def measure(setting):
    sizes = setting.sizes.growth
    measured = in_turn({rows: setting.run(setting.w1(rows), "growth") for rows in sizes}, setting.rounds)
    grown = [None, *(ratio(measured[more], measured[less], "wall") for less, more in zip(sizes, sizes[1:]))]
    rows = [[f"{size:,} + {size:,}", f"{middle(measured[size], 'wall'):.1f}", f"{middle(measured[size], 'cpu'):.1f}",
             f"{middle(measured[size], 'megabytes'):,.0f}", f"{times:.2f}" if times else ""] for size, times in zip(sizes, grown)]
    text = table(["rows", "wall s", "CPU s", "peak MB", "time of the line above"], rows)
    return {"growth": max(grown[1:])}, {"growth": text}
