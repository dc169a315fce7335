"""How often the rule cries success where nothing happened, and how often it sees what did: worlds of known truth."""
