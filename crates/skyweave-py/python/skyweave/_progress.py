"""Progress bars where somebody looks: in notebooks, with tqdm if it is there."""

from __future__ import annotations

from typing import Any, Optional


def bar(total: Optional[int], unit: str, wanted: Optional[bool]) -> Any:
    """A bar of so many steps; none without tqdm, and outside notebooks only if it is wanted."""
    if not (in_notebook() if wanted is None else wanted):
        return None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, unit=f" {unit}", leave=False)


def in_notebook() -> bool:
    """True in a kernel of Jupyter."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell"
