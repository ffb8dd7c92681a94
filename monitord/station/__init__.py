"""The nursing station: what staff see of the suite, and how they answer.

Input: HTTP requests, and states of engines from the daemon. Output: the page, its updates, and staff actions.
"""
