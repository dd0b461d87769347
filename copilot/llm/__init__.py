"""Talks to a language model: what is asked and answered (`port`), in what order (`turns`), and with what server."""
