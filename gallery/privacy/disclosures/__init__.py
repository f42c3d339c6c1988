"""To whom data of a member was given outside of what is usual, on which ground: authorities, courts (L5, L6)."""
