"""Whatever monitord says to staff: a sentence is a key with its values, and its words stand in a catalogue.

Input: keys and values from engine, notifiers and station. Output: the words in the language of the suite, made in one
place; the key and the values travel beside them, so that a page can say the same in another language. Pure.
"""
