"""Rights without an account: a page on which anybody asks, and shows by a mailed code that the mailbox is his (L1)."""
