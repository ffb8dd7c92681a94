"""The nursing station: what staff see of the suite, and how they answer."""
