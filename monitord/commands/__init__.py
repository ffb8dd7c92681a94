"""The commands: each does what `monitord WORD` says, with the options that `cli.py` read."""
