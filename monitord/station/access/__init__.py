"""Who may do what.

Input: requests, passwords and tokens. Output: a caller with a role, or a refusal.
"""
