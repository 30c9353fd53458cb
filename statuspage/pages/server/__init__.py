"""The page server: answers public pages from memory, around Django's application."""
