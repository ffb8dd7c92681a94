"""What a clinic decided for one therapy, as frozen values; nothing here knows a patient.

Input: documents that `monitord.config` has read. Output: phases, schedules, gate, forms, prompts and bounds
that sessions and rules look up. Pure.
"""
