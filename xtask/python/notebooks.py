"""Runs the notebooks of a folder, each in its own kernel; `--write` puts what comes out into them."""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

MOST_SECONDS = 600


def run(path: Path, write: bool) -> bool:
    notebook = nbformat.read(path, as_version=4)
    began = time.monotonic()
    client = NotebookClient(
        notebook, timeout=MOST_SECONDS, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path}: {error}")
        return False
    print(f"{path}: {time.monotonic() - began:.1f} s")
    if write:
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
            if cell.cell_type == "code":  # bars and warnings are of the machine
                cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        nbformat.write(notebook, path)
    return True


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    paths = [Path(argument) for argument in arguments]
    files = [file for path in paths for file in (sorted(path.glob("*.ipynb")) if path.is_dir() else [path])]
    if not files:
        print("there are no notebooks")
        return 1
    good = [run(file, "--write" in sys.argv) for file in files]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
