"""What `monitord check`, `routes` and `approve --sheet` say of files that were read.

Input: suites and protocols. Output: sentences: gaps, whole delays, tables of routes, the sheet to sign.
"""
