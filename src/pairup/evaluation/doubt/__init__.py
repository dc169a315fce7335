"""Ways in which an estimate could be wrong, each looked at by a pure function; `which` decides those that apply."""
