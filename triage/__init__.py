"""What is this ticket? Category, scope, sentiment, language and priority, from vectors and text that are handed in."""
