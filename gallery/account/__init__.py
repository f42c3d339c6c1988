"""What a member tells of himself: the profile that bidding asks for."""
