"""Protocol tests.

Input: timelines with expectations. Output: what was told, what was reached, and which mutants nobody noticed.
"""
