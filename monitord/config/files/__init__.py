"""YAML text as values that know their lines.

Input: files, by path or by the name of one that comes with monitord. Output: documents and a reader that
gathers every fault with file, key and line.
"""
