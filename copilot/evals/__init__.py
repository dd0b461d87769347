"""Measurements on labelled files: each returns one dictionary of figures, ready for JSON, and prints nothing."""
