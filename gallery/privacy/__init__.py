"""Privacy: what people may ask of their data, how long it is kept, and the registers of what is done with it (L)."""
