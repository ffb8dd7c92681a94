"""Whether a page of a SQLite file can be one: its first bytes against the file format. Pure.

Source: "Database File Format", sqlite.org/fileformat2.html, sections 1.3 (header), 1.5 (free list),
1.6 (b-tree pages) and 1.7 (overflow pages). A page that passes may still be wrong; one that does not
is only suspected, because a free page may hold anything.
"""

PAGE_SIZE_AT = 16
_LOCK_BYTE = 1 << 30
_HEADER = 100
_BTREE = {2: 12, 5: 12, 10: 8, 13: 8}
"""The kinds of b-tree pages, and how long the header of each is."""


def page_size(field: bytes) -> int:
    """Bytes of a page, from the two bytes of the header; 1 stands for 65536."""
    size = int.from_bytes(field, "big")
    return 65536 if size == 1 else max(512, size)


def implausibility(page: bytes, number: int, count: int) -> str | None:
    """Why page `number` (from 1) of `count` cannot be what it should; None where it can."""
    size = len(page)
    if number == _LOCK_BYTE // size + 1:
        return None
    start = _HEADER if number == 1 else 0
    kind = page[start]
    header = _BTREE.get(kind)
    if header is not None:
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        content = int.from_bytes(page[start + 5 : start + 7], "big") or 65536
        if start + header + 2 * cells <= content <= size:
            return None
    # An overflow page, or one of the free list, begins with the number of the next one.
    if number > 1 and int.from_bytes(page[:4], "big") <= count:
        return None
    return "has no valid head"
