"""Who was told: subscribers, channels and deliveries."""
