"""Rules over whole signals: what a back-test runs instead of stepping the engine through each sample.

The whole numpy form of an alarm's life is here and is tested equal to the engine.

Input: recordings of many sessions. Output: what each level of each rule did. Pure.
"""
