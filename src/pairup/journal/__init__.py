"""The log that shows later changes: a Merkle tree over what was recorded, checkpoints that others keep, proofs."""
