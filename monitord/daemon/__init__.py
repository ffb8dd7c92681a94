"""The running service: the only clock, the only task group, and the wiring of all parts.

Input: a suite file, and what devices, staff and the clock bring. Output: journaled events and effects,
messages, the station.
"""
