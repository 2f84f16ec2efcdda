"""What a sweep says: which inputs matter, how much is luck, and when which choice is the better one."""
