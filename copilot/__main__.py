"""Starts the command line; ``python -m copilot`` and the console script ``answerable`` are the same thing."""

from copilot.cli.main import main

if __name__ == "__main__":
    main()
