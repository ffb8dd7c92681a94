"""One patient's visit.

Input: the actions of staff and the time. Output: stage, phase, baseline, schedule, filled forms, absences
from the bed and the limits in force. Pure.
"""
