"""Notifications: subscribers, channels and deliveries."""
