"""W1 with one thread and with two."""
from machine import table
from process import in_turn, middle, ratio


def measure(setting):
    source = setting.w1(setting.sizes.rows)
    measured = in_turn({number: setting.run(source, "threads", threads=number) for number in (1, 2)}, setting.rounds)
    rows = [[str(number), f"{middle(runs, 'wall'):.1f}", f"{middle(runs, 'cpu'):.1f}", f"{middle(runs, 'megabytes'):,.0f}"]
            for number, runs in measured.items()]
    text = table(["threads", "wall s", "CPU s", "peak MB"], rows)
    return {"threads": ratio(measured[1], measured[2], "wall")}, {"threads": text}
