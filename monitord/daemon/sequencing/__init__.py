"""The one order of everything that happens: events in, engines stepped, entries recorded, effects out.

Input: readings, faults and staff actions with their time. Output: entries for the journal, and effects.
"""
