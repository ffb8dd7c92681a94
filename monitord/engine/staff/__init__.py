"""What staff may do, and what they are asked.

Input: an action or a state. Output: a refusal with its reason, a correction, a move to another bed, the gate
and discharge lists, or the prompts that stand. Pure.
"""
