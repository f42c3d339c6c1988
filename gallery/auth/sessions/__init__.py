"""Where a member is signed in."""
