"""The lives of alarms, and who is told.

Two tables (`delay_and_clearing.py`, `alarm.py`) turn levels into phases of an alarm; the router chooses destinations by
tier.

Input: levels that hold, and answers of staff. Output: alarm lines and notifications. Pure.
"""
