"""What the page is given.

Input: states of engines. Output: values that are sent as JSON. Pure.
"""
