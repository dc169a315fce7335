"""What was in force, when, and by what authority."""
