"""W2 beside Splink: runs `benches/linkage/run`, which checks quality as well, and takes its figures."""
import json, subprocess, sys

from machine import table
from process import ENVIRONMENT
from setting import HERE


def measure(setting):
    folder, rows = setting.folder / "linkage", setting.sizes.linking
    figures = folder / "measured.json"
    figures.unlink(missing_ok=True)
    command = [HERE.parent / "linkage/run", folder, str(rows), str(setting.rounds)]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, env={**ENVIRONMENT, "DOISOAT": setting.doisoat}).returncode
    if not figures.exists():
        sys.exit(f"{' '.join(map(str, command))} ended with status {ended} and without figures")
    linked = json.loads(figures.read_text())
    one = linked["sets"]["w2"]
    line = lambda name, figures: [name, f"{figures[0]:.1f}", f"{figures[1]:,.0f}"]
    text = f"W2, {rows:,} dossiers in two tables; {linked['versions']}.\n\n" + table(
        ["who", "wall s", "peak MB", "doisoat's time against it", "doisoat's memory against it"],
        [line("doisoat", one["own"]) + ["1.00", "1.00"],
         line("Splink", one["other"]) + [f"{ratio:.2f}" for ratio in one["ratio"]]])
    return dict(zip(("linking-time", "linking-memory"), one["ratio"])), {"linking": text}
