"""What the measured pages say alike: the machine, the versions, a table in Markdown."""
import importlib.metadata, os, platform, shutil, subprocess


def machine():
    cores = os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    words = {1: "one", 2: "two", 4: "four", 8: "eight"}
    kind = platform.machine().replace("_", "-")
    plural = "s" if cores > 1 else ""
    return f"{words.get(cores, cores)} {kind} core{plural} and {memory:.0f} GB of memory, {platform.system()}"


def versions(doisoat, **packages):
    """Of the binary, the compiler, Python and those packages (title = distribution) that are installed."""
    said = lambda *command: subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    tools = [said(doisoat, "--version")]
    if shutil.which("rustc"):
        tools.append("Rust " + said("rustc", "--version").split()[1])
    for title, package in packages.items():
        try:
            tools.append(f"{title} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join([*tools, f"Python {platform.python_version()}"])


def table(head, lines):
    ruled = ["| " + " | ".join(line) + " |" for line in [head, *lines]]
    return "\n".join([ruled[0], "|---" * len(head) + "|", *ruled[1:]])
