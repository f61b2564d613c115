"""The door for operators: health probes and metrics."""
