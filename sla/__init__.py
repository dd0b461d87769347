"""What did we promise, and what comes first? Pure: time comes in as an argument, nothing is read or written."""
