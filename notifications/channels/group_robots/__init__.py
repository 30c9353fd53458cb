"""Robots and hooks of group chats and push services, whose requests Apprise's plugins write."""
