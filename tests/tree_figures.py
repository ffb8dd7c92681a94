"""The tree in numbers: `python -m tests.tree_figures` prints files and lines a room, and what should stay small."""

import ast
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from statistics import median, quantiles

from tests.rooms import circles, classes_twice, names_twice
from tests.sources import Source, product

SHORT = 40


def function_lengths(sources: Sequence[Source]) -> list[int]:
    """In lines, from `def` to the last line."""
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for source in sources
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _spread(lengths: list[int]) -> str:
    return f"median {median(lengths):.0f}, p90 {quantiles(lengths, n=10)[-1]:.0f}, longest {max(lengths)}"


def main() -> None:
    sources = product()
    rooms: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    sizes = []
    for source in sources:
        path, size = PurePosixPath(source.path), source.text.count("\n")
        rooms[str(path.parent)] += 1
        lines[str(path.parent)] += size
        if path.name != "__init__.py":
            sizes.append(size)
    for room in sorted(rooms):
        print(f"{room:35} {rooms[room]:4} files {lines[room]:6} lines")
    print(f"in all: {len(sources)} files, {sum(lines.values())} lines, {len(rooms)} rooms")
    print(f"modules in circles: {len(circles(sources))}")
    print(f"files under {SHORT} lines: {sum(size < SHORT for size in sizes)}")
    print(f"file names that occur twice: {len(names_twice(sources))}")
    print(f"class names with two meanings: {len(classes_twice(sources))}")
    print(f"file length: {_spread(sizes)}")
    print(f"function length: {_spread(function_lengths(sources))}")


if __name__ == "__main__":
    main()
