"""The door of those who run the installation: is it alive, is it ready, what is there to watch."""
