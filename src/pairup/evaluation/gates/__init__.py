"""The gates G1 to G14: what has to hold before an estimate may say anything of a claim."""
