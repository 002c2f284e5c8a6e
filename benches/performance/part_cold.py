"""A cold `make run`: everything compiled from nothing, then a province's night. Crates already fetched are not fetched again."""
import shutil, subprocess, time

from machine import table
from process import ENVIRONMENT
from setting import ROOT


def measure(setting):
    folder = setting.folder / "cold"
    shutil.rmtree(folder, ignore_errors=True)
    environment = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("MAKE")}
    environment["CARGO_TARGET_DIR"] = str(folder / "target")
    started = time.perf_counter()
    subprocess.run(["make", "-C", ROOT, "run", f"DATA={folder}/data", f"OUT={folder}/out"], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
    minutes = (time.perf_counter() - started) / 60
    shutil.rmtree(folder)
    text = table(["build", "minutes"], [["cold, development profile, and the night (`make run`)", f"{minutes:.1f}"]])
    return {"cold": round(minutes, 1)}, {"cold": text}
