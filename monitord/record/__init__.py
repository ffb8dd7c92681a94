"""The record of one session.

Input: the session's rows of the journal. Output: JSON lines, CSV, Parquet, WFDB, FHIR and pages to print.
"""
