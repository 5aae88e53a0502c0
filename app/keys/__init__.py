"""API keys: who asks, what is theirs, and how much of it they may ask for."""
