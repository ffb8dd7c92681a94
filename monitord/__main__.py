"""`python -m monitord` is the command `monitord`."""

from monitord.cli import main

if __name__ == "__main__":
    main()
