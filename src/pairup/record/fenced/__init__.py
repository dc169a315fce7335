"""Connections that put the second fence up themselves: whatever opens one, in whichever thread, is behind it."""
