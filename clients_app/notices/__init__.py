"""Messages that tell of the ends of secrets: as mail, as a signed post, as a calendar."""
