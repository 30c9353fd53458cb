"""What merchants pay: the price list, its rows as known at a moment, and reading a pasted one."""
