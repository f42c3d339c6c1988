"""What is said to a member, and by which channel."""
