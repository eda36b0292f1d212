"""What the nodes tell the API about themselves, and what is done about silent ones."""
