"""The pure core: what a session knows, what the rules find, what an alarm does, who is told."""
