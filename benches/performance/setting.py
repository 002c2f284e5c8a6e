"""What a run of the benchmark works with: the binaries, the folder, the sizes."""
import dataclasses, pathlib, subprocess, sys

from process import ENVIRONMENT, THREADS, Work

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
W1 = HERE.parent / "w1"
PIPELINE = W1 / "pipeline.toml"


@dataclasses.dataclass(frozen=True)
class Sizes:
    rows: int = 2_000_000
    growth: tuple = (500_000, 1_000_000, 2_000_000)
    large: int = 50_000_000
    linking: int = 1_000_000
    dossiers: int = 400_000


FULL = Sizes()
QUICK = Sizes(20_000, (20_000, 40_000, 80_000), 80_000, 20_000, 20_000)


@dataclasses.dataclass(frozen=True)
class Setting:
    folder: pathlib.Path
    doisoat: str
    load: str
    sizes: Sizes
    rounds: int

    def out(self, name):
        return self.folder / f"out-{name}"

    def w1(self, rows):
        """The two exports of W1 with so many rows, made when they are not there. Read once, so that nobody reads them first."""
        source, whole = self.folder / "w1" / str(rows), self.folder / "w1" / f"{rows}.whole"
        if not whole.exists():
            source.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, W1 / "generate.py", str(rows), source], check=True, env=ENVIRONMENT)
            whole.touch()
        for export in source.glob("*.csv"):
            read_through(export)
        return source

    def run(self, source, name, *flags, threads=THREADS):
        """doisoat's whole work on exports of W1."""
        out = self.out(name)
        return Work([self.doisoat, "run", PIPELINE, "--input", source, "--out", out, "--threads", threads, "--quiet", *flags], out)


def read_through(path):
    with open(path, "rb") as file:
        while file.read(1 << 22):
            pass
