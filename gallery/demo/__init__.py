"""The demonstration: people, sales and lots to try the house with. It only calls services, and never in production."""
