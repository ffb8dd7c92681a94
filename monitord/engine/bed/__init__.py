"""What is known of the patient and the equipment at one bed.

Input: events. Output: the view that the rules look at: latest readings, faults, session, memory of the past,
and which of two sources is believed. Pure.
"""
