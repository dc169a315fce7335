"""The Django data app: identity, history, dates."""
