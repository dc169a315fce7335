"""Measurement: observations in, indicators and findings out. One definition, any engine."""
