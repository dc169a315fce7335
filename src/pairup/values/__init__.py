"""What every side shares: money, days, closed lists, words and findings. Standard library only."""
