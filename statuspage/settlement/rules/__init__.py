"""Settlement rules as dated facts, and the products that they are about."""
