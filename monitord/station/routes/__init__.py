"""The HTTP routes, by subject.

Input: requests of pages and scripts. Output: calls of the host and their answers. No decisions.
"""
