"""What do we know that answers a ticket?

Articles are read, split into passages, encoded and searched here. This room knows nothing of tickets, settings, SQL or
the web, and the vector index it keeps can always be rebuilt from the articles.
"""
