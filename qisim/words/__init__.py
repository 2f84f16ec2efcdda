"""Numbers, dates and sentences as people write them."""
