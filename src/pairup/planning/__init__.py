"""The planners: a problem in, a plan out."""
