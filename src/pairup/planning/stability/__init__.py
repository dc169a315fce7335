"""The parts of a stable round: lists in columns, offers, rotations, couples and teams, and what stability costs."""
