"""What a remote peer cannot do, what listens, what cannot be guessed or read."""
