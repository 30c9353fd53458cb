"""Functions that write subscribers, their addresses, choices and consents."""
