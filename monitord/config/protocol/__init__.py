"""Protocol files.

Input: documents of protocols, overlays, forms and prompts. Output: the engine's protocol values, their
approvals, or every fault at once.
"""
