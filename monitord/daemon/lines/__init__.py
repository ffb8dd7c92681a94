"""The connections to devices.

Input: the devices of a suite. Output: frames and faults for the sequencer, and the raw bytes for the
recorder.
"""
