"""`monitord setup`: the questions of a first suite file, and the file that is made of the answers.

Input: a person at a terminal, or lines on standard input; what the lines, the network and a broker carry. Output: a suite
file which `monitord check` passes, sounds and secrets that it names, approvals and accounts. What was answered is kept
until the file is complete (`kept_answers.py`), so that the next setup goes on where this one ended.
"""
