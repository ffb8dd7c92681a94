"""One HTML file that needs nothing else.

Input: values of a report. Output: pages with tables and SVG plots. Pure.
"""
