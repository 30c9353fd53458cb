"""Reminders to staff before and after a promised time, up an escalation chain."""
