"""What the doors for people share: who asks, from where, what was typed, a proof of identity."""
