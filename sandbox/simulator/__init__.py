"""A stand-in for the message providers: speaks their protocols, and shows the merchant's phone."""
