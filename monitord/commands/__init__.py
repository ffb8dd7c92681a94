"""What `monitord COMMAND` does: one file a command, `COMMAND_command.py`, with its options, its help and its work.

A command's file imports what its work needs inside its function, so that help loads little; work of its own
size has a file without the ending.

Input: options as a person typed them. Output: lines, files and an exit code.
"""
