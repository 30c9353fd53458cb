"""The settlement calendar as data: profiles, years and dated facts about days."""
