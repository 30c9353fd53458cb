"""A believable first look: an operator whose payouts were late, from first sign to resolution."""
