"""How available each service was: bars of ninety days, and a calendar for every month."""
