"""Two protocols, or two results, side by side.

Input: results or live journals. Output: the alarms that were added, lost, moved or given another priority.
"""
